package dev.residua.bench;

import java.io.IOException;
import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Someone who keeps the dashboard open: the overview over its live connection, and every five
 * seconds pages and answers of the API. Asks for the next update a tenth of a second after each.
 */
public final class DashboardVisitor implements AutoCloseable {
  private static final long PAUSE_MILLIS = 5_000;
  private static final String OVERVIEW =
      """
      {"see":"overview","text":"","condition":"","phase":"","page":0,"size":100}""";

  private final ServiceProcess service;
  private final List<String> paths;
  private final Histogram millis = new Histogram(3);
  private final AtomicLong updates = new AtomicLong();
  private final Thread thread = new Thread(this::visit, "bench-visitor");
  private @Nullable String problem;
  private long failures;
  private volatile boolean stopped;

  /**
   * Measurements of the visitor.
   *
   * @param answers pages and answers
   * @param failures requests without an answer, or with an error
   * @param problem the last of them, if there is one
   * @param p50Millis median time to an answer
   * @param p99Millis its 99th percentile
   * @param maxMillis its maximum
   * @param updates messages over the live connection
   */
  public record Seen(
      long answers,
      long failures,
      @Nullable String problem,
      double p50Millis,
      double p99Millis,
      double maxMillis,
      long updates) {}

  /**
   * Starts at once.
   *
   * @param paths that are requested
   */
  DashboardVisitor(ServiceProcess service, List<String> paths) {
    this.service = service;
    this.paths = List.copyOf(paths);
    thread.start();
  }

  /** Counts updates of the overview and asks for the next. */
  private final class Updates implements WebSocket.Listener {
    @Override
    public void onOpen(WebSocket socket) {
      socket.sendText(OVERVIEW, true);
      socket.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      if (last) {
        updates.incrementAndGet();
        try {
          Thread.sleep(100);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        socket.sendText("{\"next\":true}", true);
      }
      socket.request(1);
      return null;
    }
  }

  private void visit() {
    WebSocket live = service.live(new Updates());
    try {
      while (!stopped) {
        for (String path : paths) {
          get(path);
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      // the end
    } finally {
      live.abort();
    }
  }

  private synchronized void get(String path) throws InterruptedException {
    try {
      millis.recordValue(service.visit(path).toMillis());
    } catch (IOException e) {
      failures++;
      problem = e.toString();
    }
  }

  synchronized Seen seen() {
    return new Seen(
        millis.getTotalCount(),
        failures,
        problem,
        millis.getValueAtPercentile(50),
        millis.getValueAtPercentile(99),
        millis.getMaxValue(),
        updates.get());
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    thread.interrupt();
    thread.join();
  }
}

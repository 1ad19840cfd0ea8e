package dev.residua.dashboard;

import dev.residua.access.Person;
import dev.residua.access.Visitor;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * WebSocket of live updates; {@link LiveSession} describes the messages. Read-only. Every update
 * has the data that its person may see at that moment; a connection with an expired token is
 * closed.
 */
@WebSocket(path = "/api/live")
@ApplicationScoped
public class LiveSocket {
  private static final Logger LOG = LoggerFactory.getLogger(LiveSocket.class);
  private static final long TICK_MILLIS = 50;
  private static final int TICKS_PER_SECOND = (int) (1_000 / TICK_MILLIS);

  /** Max number of connected pages. */
  public static final int MAX_PAGES = 500;

  /** Max number per address, which many people share if a proxy does not forward theirs. */
  public static final int MAX_PAGES_PER_ADDRESS = 100;

  /** Max number of messages of a page per second; a page that draws sends about ten. */
  public static final int MAX_MESSAGES = 100;

  private static final int NOT_ALLOWED = 1008;
  private static final int TRY_AGAIN_LATER = 1013;
  private static final int TOO_LARGE = 1009;

  private final LiveHistory history;
  private final RuleCommandWriter rules;
  private final Clock clock = Clock.systemUTC();
  private final Map<String, Page> pages = new ConcurrentHashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "residua-pages");
            made.setDaemon(true);
            return made;
          });

  private int ticks; // of the thread

  /**
   * A connected page.
   *
   * @param sending true while an update is being sent
   * @param messages received in this second
   */
  private record Page(
      WebSocketConnection connection,
      String address,
      SocketPerson person,
      LiveSession session,
      AtomicBoolean sending,
      AtomicInteger messages) {}

  @Inject
  public LiveSocket(LiveHistory history, RuleCommandWriter rules) {
    this.history = history;
    this.rules = rules;
    thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  @OnOpen
  void opened(WebSocketConnection connection) {
    SocketPerson known = connection.userData().get(SocketPerson.KEY);
    SocketPerson person = known == null ? Optional::empty : known;
    Supplier<Visitor> visitor =
        () -> new Visitor(person.now().orElse(Person.NOBODY), rules.rules());
    Page page =
        new Page(
            connection,
            host(connection.handshakeRequest().remoteAddress()),
            person,
            new LiveSession(history, visitor),
            new AtomicBoolean(),
            new AtomicInteger());
    admit(page).ifPresent(refusal -> close(connection, TRY_AGAIN_LATER, refusal));
  }

  /** Adds the page, or returns why it may not connect. Pages may open at the same time. */
  private synchronized Optional<String> admit(Page page) {
    if (pages.size() >= MAX_PAGES) {
      return Optional.of("%d pages are connected already".formatted(MAX_PAGES));
    }
    if (pages.values().stream().filter(p -> p.address().equals(page.address())).count()
        >= MAX_PAGES_PER_ADDRESS) {
      return Optional.of(
          "%d pages of this address are connected already".formatted(MAX_PAGES_PER_ADDRESS));
    }
    pages.put(page.connection().id(), page);
    return Optional.empty();
  }

  @OnTextMessage
  void onMessage(String text, WebSocketConnection connection) {
    if (text.length() > LiveSession.MAX_MESSAGE) {
      close(
          connection,
          TOO_LARGE,
          "a message may have %d characters".formatted(LiveSession.MAX_MESSAGE));
      return;
    }
    Page page = pages.get(connection.id());
    if (page != null && page.messages().incrementAndGet() > MAX_MESSAGES) {
      pages.remove(connection.id());
      close(
          connection,
          NOT_ALLOWED,
          "a page may send %d messages per second".formatted(MAX_MESSAGES));
    } else if (page != null) {
      page.session().onMessage(text);
    }
  }

  @OnClose
  void closed(WebSocketConnection connection) {
    pages.remove(connection.id());
  }

  @OnError
  void failed(Throwable why, WebSocketConnection connection) {
    LOG.debug("the connection to a page was lost: reason={}", why.toString());
    pages.remove(connection.id());
  }

  private static String host(@Nullable String address) {
    return address == null ? "" : address.replaceFirst(":\\d+$", "");
  }

  private static void close(WebSocketConnection connection, int code, String why) {
    connection.close(new CloseReason(code, why)).subscribe().with(done -> {}, e -> {});
  }

  private void tick() {
    ticks++;
    if (ticks % TICKS_PER_SECOND == 0) {
      pages.values().forEach(page -> page.messages().set(0));
    }
    for (Page page : pages.values()) {
      try {
        if (page.person().now().isEmpty()) {
          pages.remove(page.connection().id());
          close(page.connection(), NOT_ALLOWED, "the token has expired or was removed");
        } else if (!page.sending().get()) {
          Optional<String> update = page.session().due(clock.instant());
          if (update.isPresent()) {
            send(page, update.get());
          }
        }
      } catch (RuntimeException e) {
        LOG.warn("updates failed, the page is closed: reason={}", e.toString());
        pages.remove(page.connection().id());
        close(page.connection(), TRY_AGAIN_LATER, "updates failed");
      }
    }
  }

  private static void send(Page page, String update) {
    page.sending().set(true);
    page.connection()
        .sendText(update)
        .subscribe()
        .with(
            sent -> page.sending().set(false),
            why -> LOG.debug("an update was not sent: reason={}", why.toString()));
  }

  @PreDestroy
  void stop() {
    thread.shutdownNow();
  }
}

package dev.residua.cli.console;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Progress on standard error: one line that is redrawn on a terminal, one line every ten percent
 * elsewhere. Safe for use by one thread at a time.
 *
 * <p>It does not use me.tongfei:progressbar: that library brings a terminal library (JLine),
 * redraws from a thread of its own, and has no mode of one line every ten percent for log files.
 */
public final class ProgressBar implements AutoCloseable {
  private static final int CELLS = 30;
  private static final long REDRAW_NANOS = 200_000_000L;

  private final String title;
  private final PrintStream out;
  private final boolean terminal;
  private final long startNanos = System.nanoTime();
  private long lastNanos;
  private int lastTenth = -1;

  public ProgressBar(String title) {
    this(title, System.err, isTerminal());
  }

  ProgressBar(String title, PrintStream out, boolean terminal) {
    this.title = title;
    this.out = out;
    this.terminal = terminal;
  }

  /** From JDK 22 on there is a console without a terminal too, and it says which it is. */
  @SuppressWarnings("SystemConsoleNull") // asked on newer JDKs, on which it is never null
  static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true; // before JDK 22
    }
  }

  public void update(double fraction) {
    update(fraction, null);
  }

  /**
   * Shows how far the work is.
   *
   * @param fraction part done, in [0, 1]
   * @param note a few words behind the bar, such as the current losses
   */
  public void update(double fraction, @Nullable String note) {
    double done = Math.max(0, Math.min(1, fraction));
    long now = System.nanoTime();
    if (terminal) {
      if (now - lastNanos < REDRAW_NANOS && done < 1) {
        return;
      }
      lastNanos = now;
      int full = (int) Math.round(done * CELLS);
      out.print(
          "\r\033[K"
              + title
              + " ["
              + "=".repeat(full)
              + " ".repeat(CELLS - full)
              + "] "
              + words(done, now, note));
      out.flush();
    } else {
      int tenth = (int) (done * 10);
      if (tenth != lastTenth) {
        lastTenth = tenth;
        out.println(title + " " + words(done, now, note));
      }
    }
  }

  /** Prints a line of its own; the bar continues below. */
  void line(String text) {
    out.println(terminal ? "\r\033[K" + text : text);
  }

  private String words(double done, long now, @Nullable String note) {
    double elapsed = (now - startNanos) / 1e9;
    String left = done > 0.01 && done < 1 ? ", " + clock(elapsed / done - elapsed) + " left" : "";
    return "%3.0f %%, %s%s%s"
        .formatted(100 * done, clock(elapsed), left, note == null ? "" : ", " + note);
  }

  private static String clock(double seconds) {
    Duration d = Duration.ofSeconds(Math.round(seconds));
    return "%d:%02d".formatted(d.toMinutes(), d.toSecondsPart());
  }

  @Override
  public void close() {
    if (terminal) {
      out.println();
    }
  }
}

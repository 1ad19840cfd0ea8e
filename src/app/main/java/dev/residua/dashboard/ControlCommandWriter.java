package dev.residua.dashboard;

import dev.residua.incident.ControlCommand;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writer of control commands from HTTP; closed until the dashboard role starts. */
@ApplicationScoped
public class ControlCommandWriter {
  /** Reason if a process changes nothing. */
  static final String CLOSED =
      "this process takes no commands: it has no dashboard role, or has not started yet";

  private volatile @Nullable Writer writer;

  @FunctionalInterface
  public interface Writer {
    /**
     * Writes a command; returns when it is stored.
     *
     * @param id identity of the command
     * @param command null revokes an earlier command
     * @throws IOException with a sentence, if it cannot be stored now
     */
    void write(String id, @Nullable ControlCommand command) throws IOException;
  }

  public void open(Writer newWriter) {
    writer = newWriter;
  }

  public void close() {
    writer = null;
  }

  void write(String id, @Nullable ControlCommand command) throws IOException {
    Writer open = writer;
    if (open == null) {
      throw new IOException(CLOSED);
    }
    open.write(id, command);
  }
}

package dev.residua.app.web;

import dev.residua.app.kafka.ControlWriter;
import dev.residua.dashboard.ControlOrders;
import dev.residua.incident.ControlCommand;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Orders over HTTP, once the dashboard role has a Kafka to put them on. */
@ApplicationScoped
public class LiveControl implements ControlOrders {
  private volatile @Nullable ControlWriter writer;

  public void open(ControlWriter writer) {
    this.writer = writer;
  }

  @Override
  public void give(String id, @Nullable ControlCommand command) throws IOException {
    ControlWriter open = writer;
    if (open == null) {
      throw new IOException(
          "this process takes no orders: it does not play the dashboard role, or has not started yet");
    }
    open.write(id, command);
  }

  public void close() {
    ControlWriter open = writer;
    writer = null;
    if (open != null) {
      open.close();
    }
  }
}

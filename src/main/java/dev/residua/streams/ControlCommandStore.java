package dev.residua.streams;

import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Stores the commands of the control topic in every instance. A command takes effect with the
 * frames that are evaluated after it arrived, which differs by a moment between instances and
 * replays.
 */
public final class ControlCommandStore {
  static final String STORE = "control-commands";

  private volatile ActiveControls active = ActiveControls.EMPTY;

  /** The commands in force now; for any thread. */
  public ActiveControls active() {
    return active;
  }

  /** Updates the store with each command. */
  Processor<String, ControlCommand, Void, Void> keeper() {
    return new Keeper();
  }

  private final class Keeper implements Processor<String, ControlCommand, Void, Void> {
    private KeyValueStore<String, ControlCommand> store;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before process
    Keeper() {}

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      store = context.getStateStore(STORE);
      ActiveControls restored = ActiveControls.EMPTY;
      try (KeyValueIterator<String, ControlCommand> all = store.all()) {
        while (all.hasNext()) {
          restored = restored.with(all.next().value);
        }
      }
      active = restored;
    }

    @Override
    public void process(Record<String, ControlCommand> record) {
      if (record.key() == null) {
        return;
      }
      store.put(record.key(), record.value());
      active = record.value() == null ? active.without(record.key()) : active.with(record.value());
    }
  }
}

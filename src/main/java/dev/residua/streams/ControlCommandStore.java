package dev.residua.streams;

import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Where commands of the control topic arrive in every instance; whoever judges frames reads the
 * board. A command takes effect with the frames that are judged after it arrived, which differs by
 * a moment between instances and replays.
 */
public final class ControlCommandStore {
  static final String STORE = "control-commands";

  private volatile ActiveControls board = ActiveControls.EMPTY;

  /** What has been said by now; for any thread. */
  public ActiveControls board() {
    return board;
  }

  /** Keeps store and board up to date. */
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
      board = restored;
    }

    @Override
    public void process(Record<String, ControlCommand> record) {
      if (record.key() == null) {
        return;
      }
      store.put(record.key(), record.value());
      board = record.value() == null ? board.without(record.key()) : board.with(record.value());
    }
  }
}

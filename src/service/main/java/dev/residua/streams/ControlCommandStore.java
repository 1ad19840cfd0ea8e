package dev.residua.streams;

import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.model.SafeText;
import dev.residua.wire.LogLimit;
import dev.residua.wire.RootCause;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the commands of the control topic in every instance. A command takes effect with the
 * frames that are evaluated after it arrived, which differs by a moment between instances and
 * replays.
 */
public class ControlCommandStore {
  static final String STORE = "control-commands";

  /** Twice the commands that can be in force, so that it is rarely searched for the others. */
  private static final long MOST_STORED = 4L * ActiveControls.MOST;

  private static final Logger LOG = LoggerFactory.getLogger(ControlCommandStore.class);

  private final RefusalListener listener;
  private final LogLimit tooMany = new LogLimit();
  private final LogLimit skipped = new LogLimit();
  private volatile ActiveControls active = ActiveControls.EMPTY;

  /** A store that does not report skipped records. */
  public ControlCommandStore() {
    this(reason -> {});
  }

  /**
   * @param listener receives records that are not commands, or of a kind of a later version
   */
  public ControlCommandStore(RefusalListener listener) {
    this.listener = listener;
  }

  /** The commands in force now; for any thread. */
  public ActiveControls active() {
    return active;
  }

  /**
   * Updates the store with each command. It reads bytes, since a record that cannot be decoded on a
   * global topic would end Kafka Streams.
   *
   * @param deserializer of commands
   */
  Processor<String, byte[], Void, Void> keeper(Deserializer<ControlCommand> deserializer) {
    return new Keeper(deserializer);
  }

  private final class Keeper implements Processor<String, byte[], Void, Void> {
    private final Deserializer<ControlCommand> deserializer;
    private KeyValueStore<String, byte[]> store;
    private ProcessorContext<Void, Void> context;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before process
    Keeper(Deserializer<ControlCommand> deserializer) {
      this.deserializer = deserializer;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      this.context = context;
      store = context.getStateStore(STORE);
      List<KeyValue<String, byte[]>> stored = new ArrayList<>();
      try (KeyValueIterator<String, byte[]> all = store.all()) {
        all.forEachRemaining(stored::add);
      }
      // The store has the order of keys; beyond the most that apply the newest do.
      stored.sort(Comparator.comparingLong(one -> offset(one.value)));
      ActiveControls restored = ActiveControls.EMPTY;
      for (KeyValue<String, byte[]> one : stored) {
        byte[] value = Arrays.copyOfRange(one.value, Long.BYTES, one.value.length);
        restored = applied(restored, one.key, value, offset(one.value));
      }
      active = restored;
    }

    @Override
    public void process(Record<String, byte[]> record) {
      if (record.key() == null) {
        return;
      }
      long offset = context.recordMetadata().map(RecordMetadata::offset).orElse(0L);
      byte[] value = record.value();
      store.put(record.key(), value == null ? null : placed(offset, value));
      active = applied(active, record.key(), value, offset);
      if (store.approximateNumEntries() > MOST_STORED) {
        deleteOthers();
      }
      if (value != null && active.size() >= ActiveControls.MOST) {
        tooMany.log(
            count ->
                LOG.warn(
                    "too many control commands, only the newest apply: count={} key={} reason={}",
                    count,
                    SafeText.of(record.key()),
                    "at most %d apply; take back those that are not needed"
                        .formatted(ActiveControls.MOST)));
      }
    }

    /**
     * Deletes records that are not in force: commands beyond the most that apply, and other
     * records.
     */
    private void deleteOthers() {
      List<String> others = new ArrayList<>();
      try (KeyValueIterator<String, byte[]> all = store.all()) {
        while (all.hasNext()) {
          String key = all.next().key;
          if (!active.contains(key)) {
            others.add(key);
          }
        }
      }
      others.forEach(store::delete);
    }

    /** A value of the store: the offset of the record, then its bytes. */
    private static byte[] placed(long offset, byte[] value) {
      return ByteBuffer.allocate(Long.BYTES + value.length).putLong(offset).put(value).array();
    }

    private static long offset(byte[] placed) {
      return ByteBuffer.wrap(placed).getLong();
    }

    private ActiveControls applied(
        ActiveControls before, String key, byte @Nullable [] value, long offset) {
      ActiveControls without = before.without(key);
      if (value == null) {
        return without;
      }
      try {
        ControlCommand command = deserializer.deserialize(STORE, value);
        if (!command.order().id().equals(key)) { // a deletion of its id would not reach the record
          throw new IllegalArgumentException(
              "the record key is not the id of its command, which is %s"
                  .formatted(command.order().id()));
        }
        return without.with(command, offset);
      } catch (RuntimeException e) {
        skipped.log(
            count ->
                LOG.warn(
                    "control records skipped: count={} key={} reason={}",
                    count,
                    SafeText.of(key),
                    SafeText.of(RootCause.message(e))));
        listener.refused(RefusalListener.Reason.UNREADABLE_CONTROL);
        return without;
      }
    }
  }
}

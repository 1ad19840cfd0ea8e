package dev.residua.streams;

import dev.residua.commissioning.CommissioningWindow;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.monitor.CommissioningStage;
import dev.residua.monitor.CommissioningState;
import dev.residua.monitor.SourceMonitorState;
import dev.residua.monitor.SourceState;
import dev.residua.state.MonitorStates;
import dev.residua.state.Ring;
import dev.residua.state.StateBlocks;
import dev.residua.state.StateBlocks.Channel;
import dev.residua.state.StateBlocks.Slot;
import dev.residua.wire.Topic;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Store of the states of the sources. The frames that a source learns from, the last samples of its
 * detectors and its last published state are stored in blocks of their own, of which a frame
 * changes none or few. For one thread.
 */
final class SourceStates {
  /** Separates a source from the name of a block; a score with it in its source is refused. */
  private static final char BLOCK = 0;

  /** Name of the block of the last published state; differs from those of rings and slots. */
  private static final String PUBLISHED = "published";

  private static final Ring[] RINGS = Ring.values();
  private static final Slot[] SLOTS = Slot.values();

  private final KeyValueStore<String, byte[]> store;

  /** Blocks of the sources that were read or written and not released. */
  private final Map<String, Stored> stored = new HashMap<>();

  private final Topic<String, SourceState> topic;

  /** Last published states of the sources that were read or written and not released. */
  private final Map<String, SourceState> published = new HashMap<>();

  /**
   * Parts of a state that are stored in blocks.
   *
   * @param completed number of completed blocks of each ring
   * @param learnt calibrations with the frames that they are learned from
   */
  private record Stored(Map<Ring, Long> completed, Map<Slot, CommissioningState> learnt) {
    static final Stored NOTHING = new Stored(Map.of(), Map.of());

    static Stored of(SourceMonitorState state) {
      Map<Ring, Long> completed = new EnumMap<>(Ring.class);
      for (Ring ring : RINGS) {
        completed.put(ring, ring.completed(state));
      }
      Map<Slot, CommissioningState> learnt = new EnumMap<>(Slot.class);
      CommissioningStage.State stage = state.commissioning();
      if (stage.own() != null) {
        learnt.put(Slot.PRESENT, stage.own());
      }
      if (stage.before() != null) {
        learnt.put(Slot.BEFORE, stage.before().commissioning());
      }
      if (stage.challenger() != null) {
        learnt.put(Slot.CHALLENGER, stage.challenger().commissioning());
      }
      return new Stored(completed, learnt);
    }
  }

  /**
   * @param topic of published states, in whose format they are stored
   */
  SourceStates(KeyValueStore<String, byte[]> store, Topic<String, SourceState> topic) {
    this.store = store;
    this.topic = topic;
  }

  void forEach(Consumer<String> source) {
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      while (all.hasNext()) {
        String key = all.next().key;
        if (key.indexOf(BLOCK) < 0) {
          source.accept(key);
        }
      }
    }
  }

  boolean contains(String source) {
    return store.get(source) != null;
  }

  /** Returns the last published state of a source; null if there is none that can be read. */
  @Nullable SourceState published(String source) {
    SourceState known = published.get(source);
    if (known == null) {
      known = readPublished(source);
      if (known != null) {
        published.put(source, known);
      }
    }
    return known;
  }

  private @Nullable SourceState readPublished(String source) {
    try {
      return topic.read(store.get(key(source, PUBLISHED)));
    } catch (SerializationException e) {
      return null; // written by another version; the next frame publishes one
    }
  }

  boolean isPublished(String source) {
    return store.get(key(source, PUBLISHED)) != null;
  }

  void publish(String source, SourceState state) {
    store.put(key(source, PUBLISHED), topic.write(state));
    published.put(source, state);
  }

  /**
   * Reads the state of a source.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  Optional<SourceMonitorState> read(String source) {
    byte[] bytes = store.get(source);
    if (bytes == null) {
      return Optional.empty();
    }
    Blocks blocks = new Blocks(source);
    SourceMonitorState state = MonitorStates.decode(bytes, blocks);
    Stored now = Stored.of(state);
    stored.put(source, blocks.ofRings ? now : new Stored(Map.of(), now.learnt()));
    return Optional.of(state);
  }

  private final class Blocks implements StateBlocks {
    private final String source;

    /** Returns true if any block of a ring was read. */
    boolean ofRings;

    Blocks(String source) {
      this.source = source;
    }

    @Override
    public byte[] read(Slot slot, int context, Channel channel, int block) {
      return read(key(prefix(source, slot, context), channel, block));
    }

    @Override
    public byte[] read(Ring ring, int block) {
      ofRings = true;
      return read(key(source, ring, block));
    }

    private byte[] read(String key) {
      byte[] bytes = store.get(key);
      if (bytes == null) {
        throw new IllegalArgumentException(
            "block %s is missing".formatted(key.substring(source.length() + 1)));
      }
      return bytes;
    }
  }

  /** Writes the changed parts of a state after a frame, which always changes something. */
  void write(String source, SourceMonitorState state) {
    write(source, MonitorStates.encodeOpen(state), state);
  }

  /** Like {@link #write}, but writes nothing if the state has not changed. */
  void writeIfChanged(String source, SourceMonitorState state) {
    byte[] bytes = MonitorStates.encodeOpen(state);
    if (!Arrays.equals(bytes, store.get(source))) {
      write(source, bytes, state);
    }
  }

  private void write(String source, byte[] bytes, SourceMonitorState state) {
    store.put(source, bytes);
    Stored now = Stored.of(state);
    Stored before = stored.getOrDefault(source, Stored.NOTHING);
    for (Ring ring : RINGS) {
      write(source, ring, state, before.completed().get(ring));
    }
    for (Slot slot : SLOTS) {
      write(source, slot, now.learnt().get(slot), before.learnt().get(slot));
    }
    stored.put(source, now);
  }

  /**
   * Writes the blocks of a ring that were completed since the last write.
   *
   * @param before blocks that were completed then; null if nothing is remembered
   */
  private void write(String source, Ring ring, SourceMonitorState state, @Nullable Long before) {
    long now = ring.completed(state);
    for (long number = ring.firstSince(before, state); number < now; number++) {
      store.put(key(source, ring, (int) (number % ring.blocks())), ring.block(state, number));
    }
  }

  private void write(
      String source,
      Slot slot,
      @Nullable CommissioningState now,
      @Nullable CommissioningState before) {
    if (before == null && now != null) {
      deleteBlocks(prefix(source, slot)); // of which nothing is remembered
    }
    List<CommissioningState.Context> contexts = now == null ? List.of() : now.contexts();
    List<CommissioningState.Context> known = before == null ? List.of() : before.contexts();
    for (int i = 0; i < contexts.size(); i++) {
      write(prefix(source, slot, i), contexts.get(i), i < known.size() ? known.get(i) : null);
    }
    for (int i = contexts.size(); i < known.size(); i++) {
      deleteBlocks(prefix(source, slot, i));
    }
  }

  private void write(
      String prefix, CommissioningState.Context now, CommissioningState.@Nullable Context before) {
    write(
        prefix,
        Channel.RESIDUALS,
        now.residuals().window(),
        before == null ? null : before.residuals().window());
    write(
        prefix,
        Channel.PICTURE,
        now.picture().window(),
        before == null ? null : before.picture().window());
    InnovationDistribution distribution = now.distribution();
    if (distribution == null && before != null && before.distribution() != null) {
      store.delete(key(prefix, Channel.LAW, 0));
    } else if (distribution != null && (before == null || before.distribution() != distribution)) {
      store.put(key(prefix, Channel.LAW, 0), distribution.toBytes());
    }
  }

  private void write(
      String prefix,
      Channel channel,
      CommissioningWindow now,
      @Nullable CommissioningWindow before) {
    if (now == before) {
      return;
    }
    for (int block = 0; block < now.blocks(); block++) {
      if (before == null || block >= before.blocks() || !now.sameBlock(block, before)) {
        store.put(key(prefix, channel, block), now.block(block));
      }
    }
    for (int block = now.blocks(); before != null && block < before.blocks(); block++) {
      store.delete(key(prefix, channel, block));
    }
  }

  private static String key(String source, Ring ring, int block) {
    return key(source, ring.label() + block);
  }

  private static String key(String source, String block) {
    return source + BLOCK + block;
  }

  private static String prefix(String source, Slot slot) {
    return source + BLOCK + slot.name().charAt(0);
  }

  private static String prefix(String source, Slot slot, int context) {
    return prefix(source, slot) + context;
  }

  private static String key(String prefix, Channel channel, int block) {
    return prefix + String.format(Locale.ROOT, "%c%04d", channel.name().charAt(0), block);
  }

  /**
   * Deletes the state of a source.
   *
   * @return whether it had a calibration of its own, or was learning one
   */
  boolean delete(String source) {
    boolean commissioned = isCommissioned(source);
    store.delete(source);
    deleteBlocks(source + BLOCK);
    release(source);
    return commissioned;
  }

  private boolean isCommissioned(String source) {
    try {
      return read(source).map(state -> state.commissioning().own() != null).orElse(false);
    } catch (IllegalArgumentException e) {
      return true; // nobody can read it
    }
  }

  private void deleteBlocks(String prefix) {
    try (KeyValueIterator<String, byte[]> blocks =
        store.prefixScan(prefix, new StringSerializer())) {
      while (blocks.hasNext()) {
        store.delete(blocks.next().key);
      }
    }
  }

  /**
   * Forgets the blocks of a source that is evicted from the cache, or whose state may have changed
   * without being written.
   */
  void release(String source) {
    stored.remove(source);
    published.remove(source);
  }
}

package dev.residua.model;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One fact of the registry of models. A later fact with the same key takes its place. */
public sealed interface RegistryRecord {
  /** Names the fact. */
  String key();

  /**
   * A model that can be activated.
   *
   * @param id identity of the model
   * @param digest of its bundle, see {@link ModelBundle#digest}
   * @param parentId model that its training started from, if any
   * @param publishedAt when it came into the registry
   * @param publishedBy who put it there
   * @param bytes size of its bundle, at least 1
   * @param sha256 of these bytes, lower-case hexadecimal
   * @param parts records that the bytes lie in, numbered from 0; 0 where they lie elsewhere
   * @param location where the bytes lie that are not in the registry itself, else null
   * @param verdict what the gate said of it, in one sentence; null where none was asked
   * @param labels what people call it, by name
   */
  record Entry(
      String id,
      String digest,
      @Nullable String parentId,
      Instant publishedAt,
      String publishedBy,
      long bytes,
      String sha256,
      int parts,
      @Nullable String location,
      @Nullable String verdict,
      Map<String, String> labels)
      implements RegistryRecord {
    /** How keys of models begin. */
    public static final String PREFIX = "model/";

    public Entry {
      if (id.isBlank() || id.contains("/")) {
        throw new IllegalArgumentException(
            "a model's id must be a name without '/' but was '%s'".formatted(id));
      }
      if (bytes < 1 || parts < 0 || (parts == 0) == (location == null)) {
        throw new IllegalArgumentException(
            "model %s must lie in the registry's own parts or elsewhere, but has %d bytes in %d parts and the location %s"
                .formatted(id, bytes, parts, location));
      }
      labels = Map.copyOf(new TreeMap<>(labels));
    }

    @Override
    public String key() {
      return PREFIX + id;
    }

    /** The entry with a label, or without it where the value is null. */
    public Entry labelled(String name, @Nullable String value) {
      Map<String, String> next = new TreeMap<>(labels);
      if (value == null) {
        next.remove(name);
      } else {
        next.put(name, value);
      }
      return new Entry(
          id,
          digest,
          parentId,
          publishedAt,
          publishedBy,
          bytes,
          sha256,
          parts,
          location,
          verdict,
          next);
    }
  }

  /**
   * The decision to use a model. It holds on a partition of the frames from the offset on that its
   * {@link Start} there names.
   *
   * @param number in the order in which they were made, from 0
   * @param modelId the model
   * @param digest of its bundle: an entry with that id and other bytes is not meant
   * @param kind why it came about
   * @param at when
   * @param by who decided
   * @param reason why, in words
   */
  record Activation(
      long number, String modelId, String digest, Kind kind, Instant at, String by, String reason)
      implements RegistryRecord {
    /** How keys of activations begin. */
    public static final String PREFIX = "activation/";

    public Activation {
      if (number < 0) {
        throw new IllegalArgumentException(
            "an activation's number must be at least 0 but was " + number);
      }
      if (by.isBlank() || reason.isBlank()) {
        throw new IllegalArgumentException(
            "activation %d must say who decided and why but has by='%s', reason='%s'"
                .formatted(number, by, reason));
      }
    }

    /** Why a model is activated. */
    public enum Kind {
      /** The first one; it holds from offset 0 of every partition on, without a {@link Start}. */
      INITIAL,
      /** Another model takes over. */
      PROMOTION,
      /** An earlier one comes back. */
      ROLLBACK
    }

    @Override
    public String key() {
      return PREFIX + number;
    }
  }

  /**
   * Where an activation begins on one partition. Written by the process that scores the partition,
   * in the transaction that scores the first frame under it, so that it is exact.
   *
   * @param number of the activation
   * @param partition of the topic of frames
   * @param offset first frame, at least 0
   */
  record Start(long number, int partition, long offset) implements RegistryRecord {
    /** How keys of starts begin. */
    public static final String PREFIX = "start/";

    public Start {
      if (number < 0 || partition < 0 || offset < 0) {
        throw new IllegalArgumentException(
            "the start of an activation cannot be number %d, partition %d, offset %d"
                .formatted(number, partition, offset));
      }
    }

    @Override
    public String key() {
      return PREFIX + number + "/" + partition;
    }
  }

  /**
   * A model scores frames in addition to the active one for a while, to a topic of its own.
   *
   * @param modelId the challenger
   * @param rate share of the sources' frames, in (0, 1]
   * @param from when it begins
   * @param until when it ends, later
   */
  record Shadow(String modelId, double rate, Instant from, Instant until)
      implements RegistryRecord {
    /** There is one at most. */
    public static final String KEY = "shadow";

    public Shadow {
      if (!(rate > 0 && rate <= 1)) {
        throw new IllegalArgumentException(
            "the share of frames that model %s shadows must be in (0, 1] but was %s"
                .formatted(modelId, rate));
      }
      if (!from.isBefore(until)) {
        throw new IllegalArgumentException(
            "model %s must shadow until after it begins but was %s to %s"
                .formatted(modelId, from, until));
      }
    }

    @Override
    public String key() {
      return KEY;
    }
  }

  /**
   * A fact that no longer stands.
   *
   * @param key of the fact
   */
  record Removed(String key) implements RegistryRecord {}
}

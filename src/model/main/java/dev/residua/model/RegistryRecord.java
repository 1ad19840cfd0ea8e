package dev.residua.model;

import dev.residua.frame.SceneName;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One fact of the registry of models. A later fact with the same key replaces it. */
public sealed interface RegistryRecord {
  /** Most records with the bytes of one bundle: 256 MiB in parts of 512 KiB. */
  int MAX_PARTS = 512;

  /** The key of the fact. */
  String key();

  /**
   * A model that can be activated.
   *
   * @param id identity of the model
   * @param scene that it was made for; it may be activated in others too
   * @param digest of its bundle, see {@link ModelBundle#digest}
   * @param parentId model that its training started from, if any
   * @param publishedAt when it was published
   * @param publishedBy who published it
   * @param bytes size of its bundle, at least 1
   * @param sha256 of these bytes, lower-case hexadecimal
   * @param parts number of records with its bytes; 0 if they are outside the registry
   * @param location of its bytes outside the registry, else null
   * @param verdict of the gate in one sentence; null if there is none
   * @param labels that people gave, by name
   * @param findings defects of the model, in sentences; see {@link ModelFinding}
   * @param acceptedBy who accepted these; null if nobody did, and the model cannot be activated
   */
  @RecordBuilder
  record Entry(
      String id,
      String scene,
      String digest,
      @Nullable String parentId,
      Instant publishedAt,
      String publishedBy,
      long bytes,
      String sha256,
      int parts,
      @Nullable String location,
      @Nullable String verdict,
      Map<String, String> labels,
      List<String> findings,
      @Nullable String acceptedBy)
      implements RegistryRecord, RegistryRecordEntryBuilder.With {
    /** Prefix of the keys of models. */
    public static final String PREFIX = "model/";

    public Entry {
      if (id.isBlank() || id.contains("/")) {
        throw new IllegalArgumentException(
            "a model's id must be a name without '/' but was '%s'".formatted(id));
      }
      SceneName.checked(scene);
      if (bytes < 1 || parts < 0 || (parts == 0) == (location == null)) {
        throw new IllegalArgumentException(
            "model %s must lie in the registry's own parts or elsewhere, but has %d bytes in %d parts and the location %s"
                .formatted(id, bytes, parts, location));
      }
      if (parts > MAX_PARTS) {
        throw new IllegalArgumentException(
            "model %s has %d parts, expected at most %d".formatted(id, parts, MAX_PARTS));
      }
      labels = Map.copyOf(new TreeMap<>(labels));
      findings = List.copyOf(findings);
    }

    /** Why the model cannot be activated and what to do next; empty if it can. */
    public Optional<String> refusal() {
      return findings.isEmpty() || acceptedBy != null
          ? Optional.empty()
          : Optional.of(
              "model %s is not accepted: %s. To use it in spite of that: residua model promote %s --accept --reason TEXT"
                  .formatted(id, String.join("; ", findings), id));
    }

    @Override
    public String key() {
      return PREFIX + id;
    }

    /** The entry with a label, or without it if the value is null. */
    public Entry labelled(String name, @Nullable String value) {
      Map<String, String> next = new TreeMap<>(labels);
      if (value == null) {
        next.remove(name);
      } else {
        next.put(name, value);
      }
      return withLabels(next);
    }
  }

  /**
   * The decision to use a model in a scene. It is in force there on a partition of the frames from
   * the offset of its {@link Start}.
   *
   * @param number in the order of the decisions of all scenes, from 0
   * @param scene whose sources it concerns
   * @param digest of its bundle; an entry with that id and another digest does not count
   * @param by who decided
   * @param reason in words
   */
  record Activation(
      long number,
      String scene,
      String modelId,
      String digest,
      Kind kind,
      Instant at,
      String by,
      String reason)
      implements RegistryRecord {
    /** Prefix of the keys of activations. */
    public static final String PREFIX = "activation/";

    public Activation {
      if (number < 0) {
        throw new IllegalArgumentException(
            "an activation's number must be at least 0 but was " + number);
      }
      SceneName.checked(scene);
      if (by.isBlank() || reason.isBlank()) {
        throw new IllegalArgumentException(
            "activation %d must say who decided and why but has by='%s', reason='%s'"
                .formatted(number, by, reason));
      }
    }

    /** Why a model is activated. */
    public enum Kind {
      /**
       * The first one of a scene, in force from offset 0 of every partition without a {@link
       * Start}.
       */
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
   * The start of an activation on one partition. The process that scores the partition writes it in
   * the transaction of the first frame, so that it is exact.
   *
   * @param number of the activation
   * @param partition of the topic of frames
   * @param offset first frame, at least 0
   */
  record Start(long number, int partition, long offset) implements RegistryRecord {
    /** Prefix of the keys of starts. */
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
   * A model that scores frames of a scene in addition to the active one for a time, to a topic of
   * its own.
   *
   * @param scene whose frames it scores
   * @param modelId the challenger
   * @param rate share of the sources' frames, in (0, 1]
   * @param from when it begins
   * @param until when it ends, later
   */
  record Shadow(String scene, String modelId, double rate, Instant from, Instant until)
      implements RegistryRecord {
    /** Prefix of the keys of shadows; a scene has at most one. */
    public static final String PREFIX = "shadow/";

    private static final String TRIAL = "-shadow";

    /** The id under which a model scores in shadow before it is published under its own. */
    public static String trialId(String modelId) {
      return modelId + TRIAL;
    }

    /** Returns true if an id is one of {@link #trialId}. */
    public static boolean isTrialId(String modelId) {
      return modelId.endsWith(TRIAL);
    }

    /** The id under which a model in shadow would become active. */
    public static String promotedId(String modelId) {
      return isTrialId(modelId) ? modelId.substring(0, modelId.length() - TRIAL.length()) : modelId;
    }

    public Shadow {
      SceneName.checked(scene);
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
      return PREFIX + scene;
    }
  }

  /**
   * The removal of a fact.
   *
   * @param key of the fact
   */
  record Removed(String key) implements RegistryRecord {}
}

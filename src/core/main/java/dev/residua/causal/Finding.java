package dev.residua.causal;

import dev.residua.frame.FramePosition;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The common part of every event: its source and frames, a summary, and the causes.
 *
 * @param eventId identity of the event; the same event has the same id after a restart
 * @param incidentId incident that the event belongs to; equals {@code eventId} while none groups it
 * @param source source of the frames
 * @param firstSequence first frame of the event
 * @param lastSequence last frame of the event, at least {@code firstSequence}
 * @param firstAt capture time of the first frame
 * @param lastAt capture time of the last frame
 * @param modelId model in use
 * @param modelDigest SHA-256 of that model's bundle
 * @param severity how urgently a person should look
 * @param summary the event for people
 * @param causes causes, most likely first; empty if none can be named
 * @param readings all latents at the last frame
 * @param position where the last frame is on Kafka
 * @param links where to look, by purpose
 * @param effect its effect with the minimum that a rule sets for it; null without a minimum
 */
@RecordBuilder
public record Finding(
    String eventId,
    String incidentId,
    String source,
    long firstSequence,
    long lastSequence,
    Instant firstAt,
    Instant lastAt,
    String modelId,
    String modelDigest,
    Severity severity,
    Summary summary,
    List<Cause> causes,
    List<Reading> readings,
    FramePosition position,
    Map<String, String> links,
    @Nullable Effect effect)
    implements FindingBuilder.With {
  public Finding {
    if (firstSequence > lastSequence) {
      throw new IllegalArgumentException(
          "a finding from frame %d to frame %d ends before it begins"
              .formatted(firstSequence, lastSequence));
    }
    causes = List.copyOf(causes);
    readings = List.copyOf(readings);
    links = Map.copyOf(links);
  }

  /**
   * Returns true if its effect is below the minimum of its source, so that it opens no incident.
   */
  public boolean isBelowMinimum() {
    return effect != null && effect.isBelow();
  }

  /** Urgency for a person. */
  public enum Severity {
    /** Good to know; nothing is broken. */
    INFO,
    /** Look when convenient. */
    WARNING,
    /** Look now. */
    CRITICAL
  }

  /**
   * One latent's part in a finding.
   *
   * @param latent name of the latent whose mechanism is a cause
   * @param parents names of its direct causes; empty for a root
   * @param evidence size of the evidence with its sign, dimensionless
   * @param pValue p-value of this latent alone in (0, 1]; NaN if there is none
   * @param share part of the finding that falls to this latent, in [0, 1]
   */
  public record Cause(
      String latent, List<String> parents, double evidence, double pValue, double share) {
    public Cause {
      parents = List.copyOf(parents);
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "share of %s must be in [0, 1] but was %s".formatted(latent, share));
      }
    }
  }

  /**
   * One latent as seen and as expected.
   *
   * @param latent name
   * @param observed encoded value, in standard deviations of the training set
   * @param expected prediction from its causes, unit of {@code observed}
   * @param observedFactor the observed value in the unit of its factor; null if no labels gave one
   * @param expectedFactor the expected value in that unit
   */
  public record Reading(
      String latent,
      float observed,
      float expected,
      @Nullable Double observedFactor,
      @Nullable Double expectedFactor) {
    /** A reading of a latent without a factor. */
    public Reading(String latent, float observed, float expected) {
      this(latent, observed, expected, null, null);
    }
  }

  /** The readings of a scored frame under the latents' names. */
  public static List<Reading> readings(CausalGraph graph, FactorScales factors, ScoredFrame frame) {
    Reading[] readings = new Reading[graph.size()];
    for (int i = 0; i < readings.length; i++) {
      float observed = frame.latents()[i];
      float expected = frame.expected()[i];
      FactorScale factor = factors.of(i).orElse(null);
      readings[i] =
          factor == null
              ? new Reading(graph.name(i), observed, expected)
              : new Reading(
                  graph.name(i), observed, expected, factor.of(observed), factor.of(expected));
    }
    return List.of(readings);
  }
}

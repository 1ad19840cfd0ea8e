package dev.residua.renewal.gate;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The decision of the gate with its reasons: promoted if every rule holds.
 *
 * @param version of this layout, {@value #VERSION}
 * @param championId model in use
 * @param championDigest SHA-256 of its bundle
 * @param candidateId model that may replace it
 * @param candidateDigest SHA-256 of its bundle as it was examined, without this verdict
 * @param frames held-out frames that both were examined with
 * @param faults faults injected
 * @param rulings one for each rule, in the order of {@link GateRule}
 */
public record GateVerdict(
    int version,
    String championId,
    String championDigest,
    String candidateId,
    String candidateDigest,
    int frames,
    int faults,
    List<Ruling> rulings) {
  private static final int VERSION = 1;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * The decision by one rule.
   *
   * @param champion the champion's figure; NaN if there is none
   * @param candidate the candidate's figure; NaN if there is none
   * @param bound for the candidate's figure
   * @param passed whether the rule holds
   * @param sentence the reason, for people
   */
  public record Ruling(
      GateRule rule,
      double champion,
      double candidate,
      double bound,
      boolean passed,
      String sentence) {
    public Ruling {
      Objects.requireNonNull(rule, "rule");
      Objects.requireNonNull(sentence, "sentence");
    }
  }

  public GateVerdict {
    Objects.requireNonNull(championId, "championId");
    Objects.requireNonNull(championDigest, "championDigest");
    Objects.requireNonNull(candidateId, "candidateId");
    Objects.requireNonNull(candidateDigest, "candidateDigest");
    rulings = List.copyOf(rulings);
    List<GateRule> rules = rulings.stream().map(Ruling::rule).toList();
    if (version != VERSION || !rules.equals(List.of(GateRule.values()))) {
      throw new IllegalArgumentException(
          "verdict of version %d has rules %s, expected version %d with one ruling for each of %s"
              .formatted(version, rules, VERSION, List.of(GateRule.values())));
    }
  }

  GateVerdict(Examination champion, Examination candidate, List<Ruling> rulings) {
    this(
        VERSION,
        champion.modelId(),
        champion.digest(),
        candidate.modelId(),
        candidate.digest(),
        candidate.frames(),
        candidate.faults().size(),
        rulings);
  }

  /** Returns true if the candidate replaces the champion. */
  @JsonProperty("promoted")
  public boolean promoted() {
    return rulings.stream().allMatch(Ruling::passed);
  }

  /** The rules that do not hold, in the order of {@link GateRule}. */
  public List<GateRule> broken() {
    return rulings.stream().filter(one -> !one.passed()).map(Ruling::rule).toList();
  }

  /** The decision by one rule. */
  public Ruling ruling(GateRule rule) {
    return rulings.get(rule.ordinal());
  }

  /** The verdict in one sentence. */
  public String sentence() {
    if (promoted()) {
      return "promoted: %s replaces %s, %s"
          .formatted(candidateId, championId, ruling(GateRule.NO_BETTER).sentence());
    }
    List<GateRule> broken = broken();
    if (broken.equals(List.of(GateRule.NO_BETTER))) {
      return "kept: %s is no better than %s".formatted(candidateId, championId);
    }
    Ruling first = ruling(broken.get(0));
    return "refused: %s does not replace %s, %s%s"
        .formatted(
            candidateId,
            championId,
            first.sentence(),
            broken.size() == 1 ? "" : " (and %d more)".formatted(broken.size() - 1));
  }

  /** The verdict for people: a line for the whole and one for each rule. */
  public String toText() {
    StringBuilder text = new StringBuilder(sentence());
    text.append(
        "%nexamined with %,d held-out frames and %d injected faults%n".formatted(frames, faults));
    for (Ruling one : rulings) {
      text.append(
          "  %-7s  %-14s  %s%n"
              .formatted(
                  one.passed() ? "ok" : "REFUSED",
                  one.rule().name().toLowerCase(Locale.ROOT),
                  one.sentence()));
    }
    return text.toString();
  }

  /** As JSON, UTF-8, with {@code promoted} in addition to the components. */
  public byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a verdict as JSON", e);
    }
  }

  /**
   * Decodes bytes of {@link #toJson}.
   *
   * @throws IllegalArgumentException if it is not a verdict of this version
   */
  public static GateVerdict fromJson(byte[] json) {
    try {
      return JSON.readValue(json, GateVerdict.class);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "these %d bytes are not a verdict of the gate: %s".formatted(json.length, e.getMessage()),
          e);
    }
  }
}

package dev.residua.training;

import dev.residua.training.LancaSettings.Cooling;
import dev.residua.training.LancaSettings.Encoder;
import dev.residua.training.LancaSettings.FixedGraph;
import dev.residua.training.LancaSettings.Normalize;
import dev.residua.training.LancaSettings.OrderRelaxation;
import dev.residua.training.LancaSettings.ResidualPrior;
import dev.residua.training.LancaSettings.StructuralTerm;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the method with their names and values on the command line and in manifests; see
 * {@link LancaSettings} for their meaning.
 */
public enum LancaOption {
  ENCODER(
      words(Encoder.values()),
      lanca -> word(lanca.encoder()),
      (to, value) -> to.lanca().encoder(one(Encoder.values(), value))),
  DIVERGENCE_WEIGHT(
      LancaSettings::divergenceWeight, (to, value) -> to.lanca().divergenceWeight(number(value))),
  CAUSAL_TERMS(
      "on|off",
      lanca -> lanca.causalTerms() ? "on" : "off",
      (to, value) -> to.lanca().causalTerms(on(value))),
  PRIOR(
      words(ResidualPrior.values()),
      lanca -> word(lanca.prior()),
      (to, value) -> to.lanca().prior(one(ResidualPrior.values(), value))),
  MMD_WEIGHT(LancaSettings::mmdWeight, (to, value) -> to.lanca().mmdWeight(number(value))),
  STRUCTURAL(
      words(StructuralTerm.values()),
      lanca -> word(lanca.structural()),
      (to, value) -> to.lanca().structural(one(StructuralTerm.values(), value))),
  STRUCTURAL_WEIGHT(
      LancaSettings::structuralWeight, (to, value) -> to.lanca().structuralWeight(number(value))),
  EXCHANGE_WEIGHT(
      LancaSettings::exchangeWeight, (to, value) -> to.lanca().exchangeWeight(number(value))),
  RECONSTRUCT_LABELLED(
      "on|off",
      lanca -> lanca.reconstructLabelled() ? "on" : "off",
      (to, value) -> to.lanca().reconstructLabelled(on(value))),
  NORMALIZE(
      words(Normalize.values()),
      lanca -> word(lanca.normalize()),
      (to, value) -> to.lanca().normalize(one(Normalize.values(), value))),
  /** {@code none} learns the graph, {@code given} uses the user's graph. */
  FIXED_GRAPH(
      "none|empty|given", lanca -> shown(lanca.graph().fixed()), (to, value) -> to.fix(value)),
  ORDER(
      words(OrderRelaxation.values()),
      lanca -> word(lanca.graph().relaxation()),
      (to, value) -> to.graph().relaxation(one(OrderRelaxation.values(), value))),
  EDGE_PRIOR(
      lanca -> lanca.graph().edgePrior(), (to, value) -> to.graph().edgePrior(number(value))),
  EDGE_WEIGHT(
      lanca -> lanca.graph().edgeWeight(), (to, value) -> to.graph().edgeWeight(number(value))),
  WARM_FROM(lanca -> lanca.graph().warmFrom(), (to, value) -> to.graph().warmFrom(number(value))),
  WARM_TO(lanca -> lanca.graph().warmTo(), (to, value) -> to.graph().warmTo(number(value))),
  /** The final temperature. */
  ORDER_TEMPERATURE(
      lanca -> lanca.graph().orderTemperature().end(),
      (to, value) ->
          to.graph().orderTemperature(ending(to.graph().orderTemperature(), number(value)))),
  /** The final temperature. */
  EDGE_TEMPERATURE(
      lanca -> lanca.graph().edgeTemperature().end(),
      (to, value) ->
          to.graph().edgeTemperature(ending(to.graph().edgeTemperature(), number(value)))),
  ORDER_RATE(
      lanca -> lanca.graph().orderRate(), (to, value) -> to.graph().orderRate(number(value))),
  EDGE_RATE(lanca -> lanca.graph().edgeRate(), (to, value) -> to.graph().edgeRate(number(value))),
  HARDEN_FROM(
      lanca -> lanca.graph().hardenFrom(), (to, value) -> to.graph().hardenFrom(number(value)));

  private static final String NUMBER = "NUMBER";

  private final String allowed;
  private final Function<LancaSettings, String> shown;
  private final Setter setter;

  LancaOption(String allowed, Function<LancaSettings, String> shown, Setter setter) {
    this.allowed = allowed;
    this.shown = shown;
    this.setter = setter;
  }

  LancaOption(ToDoubleFunction<LancaSettings> shown, Setter setter) {
    this(NUMBER, lanca -> Double.toString(shown.applyAsDouble(lanca)), setter);
  }

  private interface Setter {
    void set(Target to, String value);
  }

  /** The changes that receive the values, and the context for parsing them. */
  private record Target(
      LancaSettingsBuilder lanca,
      GraphSettingsBuilder graph,
      int latents,
      boolean @Nullable [][] given) {
    void fix(String value) {
      graph.fixed(
          switch (value) {
            case "none" -> null;
            case "empty" -> new FixedGraph(new boolean[latents][latents]);
            case "given" -> {
              if (given == null) {
                throw new IllegalArgumentException("needs a whole graph that is given");
              }
              yield new FixedGraph(given);
            }
            default -> throw new IllegalArgumentException("is not known");
          });
    }
  }

  /** Its name as written, for example {@code mmd-weight}. */
  public String key() {
    return word(this);
  }

  /** Its allowed values: words separated by bars, or {@code NUMBER}. */
  public String allowed() {
    return allowed;
  }

  /** Its value in some settings, as written; a fixed graph by its edges. */
  public String of(LancaSettings lanca) {
    return shown.apply(lanca);
  }

  /**
   * Settings with some options changed together.
   *
   * @param values by key
   * @param latents number of latents
   * @param given the user's complete graph over the latents; null if there is none
   * @throws IllegalArgumentException with the wrong key or value and the allowed ones
   */
  public static LancaSettings change(
      LancaSettings lanca, Map<String, String> values, int latents, boolean @Nullable [][] given) {
    // Together, since some are valid only with others, as the start and end of the warm-up.
    return lanca.with(
        c ->
            c.graph(
                c.graph()
                    .with(
                        g -> {
                          Target target = new Target(c, g, latents, given);
                          values.forEach((key, value) -> named(key).set(target, value));
                        })));
  }

  private void set(Target target, String value) {
    try {
      setter.set(target, value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s must be a number but was '%s'".formatted(key(), value), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s=%s %s%s"
              .formatted(
                  key(),
                  value,
                  e.getMessage(),
                  allowed.equals(NUMBER) ? "" : ", allowed are " + allowed),
          e);
    }
  }

  private static LancaOption named(String key) {
    for (LancaOption option : values()) {
      if (option.key().equals(key)) {
        return option;
      }
    }
    throw new IllegalArgumentException(
        "'%s' is not a setting of the method, there are %s"
            .formatted(
                key,
                Arrays.stream(values()).map(LancaOption::key).collect(Collectors.joining(", "))));
  }

  private static String shown(@Nullable FixedGraph fixed) {
    if (fixed == null) {
      return "none";
    }
    String edges = fixed.toString();
    return edges.equals("[]") ? "empty" : edges;
  }

  private static Cooling ending(Cooling cooling, double end) {
    if (!(end > 0 && end <= cooling.start())) {
      throw new IllegalArgumentException(
          "is not above 0 and at most the temperature at the start, " + cooling.start());
    }
    return new Cooling(cooling.start(), end, cooling.until());
  }

  private static double number(String value) {
    return Double.parseDouble(value);
  }

  private static boolean on(String value) {
    if (!value.equals("on") && !value.equals("off")) {
      throw new IllegalArgumentException("is not known");
    }
    return value.equals("on");
  }

  private static <E extends Enum<E>> E one(E[] all, String value) {
    for (E each : all) {
      if (word(each).equals(value)) {
        return each;
      }
    }
    throw new IllegalArgumentException("is not known");
  }

  private static String words(Enum<?>[] all) {
    return Arrays.stream(all).map(LancaOption::word).collect(Collectors.joining("|"));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

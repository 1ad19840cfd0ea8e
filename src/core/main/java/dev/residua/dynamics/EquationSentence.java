package dev.residua.dynamics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Describes equations that use earlier frames, for people. */
public final class EquationSentence {
  private EquationSentence() {}

  /**
   * Returns a sentence per variable whose equation uses earlier frames, such as {@code gauge
   * follows level of 1.5 s earlier}.
   *
   * @param names one per variable
   */
  public static List<String> all(DynamicModel model, List<String> names) {
    return IntStream.range(0, model.size())
        .filter(model::usesHistory)
        .mapToObj(i -> of(model.equations().get(i), names.get(i), names))
        .toList();
  }

  private static String of(DynamicEquation equation, String name, List<String> names) {
    String causes = causes(equation, names);
    String constant = timeConstant(equation);
    return switch (equation.memory()) {
      case NONE -> "%s follows %s".formatted(name, causes);
      case SLOW_ERROR -> "%s follows %s, with a slow error%s".formatted(name, causes, constant);
      case INTEGRATOR ->
          causes.isEmpty()
              ? "%s keeps its value and drifts".formatted(name)
              : "%s adds up %s over time".formatted(name, causes);
      case FIRST_ORDER ->
          causes.isEmpty()
              ? "%s returns to its mean slowly%s".formatted(name, constant)
              : "%s follows %s slowly%s".formatted(name, causes, constant);
    };
  }

  private static String causes(DynamicEquation equation, List<String> names) {
    List<String> causes = new ArrayList<>();
    for (DelayedCause cause : equation.causes()) {
      causes.add(
          names.get(cause.variable())
              + (cause.delaySeconds() > 0
                  ? " of %s s earlier".formatted(number(cause.delaySeconds()))
                  : ""));
    }
    return String.join(" and ", causes);
  }

  /** Time constant at the mean of the state, such as {@code (time constant 45 s)}. */
  private static String timeConstant(DynamicEquation equation) {
    double slope = equation.ownSlope(0);
    return slope < 0 ? " (time constant %s s)".formatted(number(-1 / slope)) : "";
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }
}

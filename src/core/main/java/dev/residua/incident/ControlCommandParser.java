package dev.residua.incident;

import dev.residua.frame.HumanDuration;
import dev.residua.frame.SceneName;
import dev.residua.frame.ValidTimeRange;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Acknowledgement;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.Arm;
import dev.residua.incident.ControlCommand.CancelTraining;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Kind;
import dev.residua.incident.ControlCommand.Learn;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Note;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.ControlCommand.Resolve;
import dev.residua.incident.ControlCommand.Retire;
import dev.residua.incident.ControlCommand.Retrain;
import dev.residua.incident.ControlCommand.Suppression;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Parser of commands that a person writes as texts by name. The command line and the REST API use
 * the same names and checks.
 *
 * <p>Every kind takes {@code sources}, {@code by} and {@code reason}; a period is {@code from}
 * (default: now) with {@code until} or {@code for}.
 */
public final class ControlCommandParser {
  private final Kind kind;
  private final Map<String, String> fields;
  private final UnaryOperator<String> shown;

  /**
   * @param fields texts by name; those of other kinds are refused
   * @param shown how a field's name is shown to who asks, such as with {@code --} in front
   * @throws IllegalArgumentException if it has fields that this kind does not take
   */
  public ControlCommandParser(Kind kind, Map<String, String> fields, UnaryOperator<String> shown) {
    this.kind = kind;
    this.fields = Map.copyOf(fields);
    this.shown = shown;
    Set<String> known = new LinkedHashSet<>(List.of("sources", "by", "reason"));
    known.addAll(kind.fields());
    for (String name : fields.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "%s takes no %s, expected %s"
                .formatted(
                    kind.text(),
                    shown.apply(name),
                    String.join(", ", known.stream().map(shown).toList())));
      }
    }
  }

  /**
   * The command of an author whom nobody has authenticated: {@code by} is marked as a claim.
   *
   * @param id its identity
   * @param now when it is given, and the default start of a period
   * @throws IllegalArgumentException with the field that is wrong or missing
   */
  public ControlCommand command(String id, Instant now) {
    return of(id, now, AuthorName.claimed(fields.getOrDefault("by", "")));
  }

  /**
   * The command of an authenticated author.
   *
   * @param id its identity
   * @param now when it is given, and the default start of a period
   * @param author the authenticated name
   * @throws IllegalArgumentException with the field that is wrong or missing, also if {@code by}
   *     names somebody else
   */
  public ControlCommand command(String id, Instant now, String author) {
    String by = fields.getOrDefault("by", author);
    if (!by.equals(author)) {
      throw new IllegalArgumentException(
          "%s is '%s' but your token says '%s'; leave it out"
              .formatted(shown.apply("by"), by, author));
    }
    return of(id, now, author);
  }

  private ControlCommand of(String id, Instant now, String author) {
    Order order =
        new Order(
            id,
            fields.getOrDefault("sources", ".*"),
            author,
            fields.getOrDefault("reason", ""),
            now);
    return switch (kind) {
      case MAINTENANCE -> new Maintenance(order, period(now));
      case ANNOUNCEMENT -> new Announcement(order, period(now), required("latent"));
      case SUPPRESSION -> new Suppression(order, required("latent"), margin());
      case ACCEPT_NORMAL -> new AcceptNormal(order);
      case RESOLVE -> new Resolve(order, required("incident"));
      case ARM -> new Arm(order);
      case LEARN -> new Learn(order);
      case RETIRE -> new Retire(order);
      case FEEDBACK -> new Feedback(order, required("incident"), verdict());
      case ACKNOWLEDGEMENT ->
          new Acknowledgement(
              order, required("incident"), fields.getOrDefault("assignee", order.by()));
      case NOTE -> new Note(order, required("incident"));
      case RETRAIN ->
          new Retrain(order, fields.getOrDefault("scene", SceneName.DEFAULT), incidents());
      case CANCEL_TRAINING -> new CancelTraining(order, required("training"));
      case PROPOSAL_DECISION, TRAINING ->
          throw new IllegalArgumentException("nobody gives commands of the kind " + kind);
    };
  }

  private String required(String name) {
    String value = fields.get(name);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(shown.apply(name) + " is missing");
    }
    return value;
  }

  private List<String> incidents() {
    return Arrays.stream(fields.getOrDefault("incidents", "").split(","))
        .map(String::strip)
        .filter(id -> !id.isEmpty())
        .toList();
  }

  private double margin() {
    String text = required("margin");
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s must be a number of standard deviations but was '%s'"
              .formatted(shown.apply("margin"), text),
          e);
    }
  }

  private FeedbackVerdict verdict() {
    String text = required("verdict");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> FeedbackVerdict.TRUE_ALARM;
      case "false" -> FeedbackVerdict.FALSE_ALARM;
      default ->
          throw new IllegalArgumentException(
              "%s must be true or false but was '%s'".formatted(shown.apply("verdict"), text));
    };
  }

  private Period period(Instant now) {
    String until = fields.get("until");
    String length = fields.get("for");
    if ((until == null) == (length == null)) {
      throw new IllegalArgumentException(
          "give either %s or %s".formatted(shown.apply("until"), shown.apply("for")));
    }
    String from = fields.get("from");
    Instant start = from == null ? now : time("from", from);
    if (until != null) {
      return new Period(start, time("until", until));
    }
    try {
      return new Period(start, start.plus(HumanDuration.parse(required("for"))));
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "%s must be a duration such as 2h or 1d 12h but was '%s'"
              .formatted(shown.apply("for"), length),
          e);
    }
  }

  private Instant time(String name, String text) {
    return ValidTimeRange.parse(shown.apply(name), text);
  }
}

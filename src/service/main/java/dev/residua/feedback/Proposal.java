package dev.residua.feedback;

import dev.residua.frame.NamePattern;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Learn;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.ProposalDecision;
import dev.residua.incident.ControlCommand.Suppression;
import dev.residua.incident.Subject;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A change that would have spared false alarms. Nothing happens until a person applies it. */
public sealed interface Proposal {
  /** Characters of a name that mean something in a regular expression. */
  Pattern SPECIAL = Pattern.compile("[.*+?^${}()\\[\\]|\\\\]");

  /** Identity, equal for equal changes: its kind, a colon, and the object of the change. */
  String id();

  /** {@code suppress}, {@code learn} or {@code budget}. */
  default String kind() {
    return id().substring(0, id().indexOf(':'));
  }

  /** The false alarms that it rests on. */
  Basis basis();

  /** The change, in one sentence. */
  String sentence();

  /** The effect that it would have had, in one sentence. */
  String effect();

  /** Commands that do it; none if rules of sources do. */
  default List<ControlCommand> commands(Author author) {
    return List.of();
  }

  /**
   * Rules of sources that do it, in the newest state; none if commands do.
   *
   * @param rules as they are now
   * @throws StaleProposalException if these are not those that it was made of
   */
  default List<SourceRule> rules(SourceRules rules, Author author) {
    return List.of();
  }

  /** Writes rules of sources. */
  @FunctionalInterface
  interface RuleWriter {
    /** Writes the rules that follow from the newest ones. */
    void write(Function<SourceRules, List<SourceRule>> decision) throws IOException;
  }

  /** Writes control commands. */
  @FunctionalInterface
  interface CommandWriter {
    /** Writes a command under its id. */
    void write(String id, ControlCommand command) throws IOException;
  }

  /**
   * Makes the change, or not, and writes the decision. That comes last: a decision that was broken
   * off before can be done again.
   *
   * @return the commands that were written, the decision last
   * @throws IOException with a sentence, if something cannot be stored now
   * @throws StaleProposalException if the rules are not those that it was made of
   */
  default List<ControlCommand> decide(
      Author author, boolean apply, RuleWriter rules, CommandWriter writer) throws IOException {
    List<ControlCommand> commands = new ArrayList<>(apply ? commands(author) : List.of());
    commands.addAll(decisions(author, apply));
    if (apply && this instanceof LowerBudget) {
      rules.write(latest -> rules(latest, author));
    }
    for (ControlCommand command : commands) {
      writer.write(command.order().id(), command);
    }
    return commands;
  }

  /** The records of the decision about it: as many as the names of its sources need. */
  default List<ControlCommand> decisions(Author author, boolean applied) {
    return author.orders(this, "decision-").stream()
        .<ControlCommand>map(order -> new ProposalDecision(order, id(), applied))
        .toList();
  }

  /**
   * Who decides about a proposal, and when.
   *
   * @param name of a person
   * @param reason why, not empty
   * @param at when
   */
  record Author(String name, String reason, Instant at) {
    /** Orders to all sources of a proposal: as many as their names need. */
    private List<Order> orders(Proposal proposal, String kind) {
      List<Order> orders = new ArrayList<>();
      SortedSet<String> part = new TreeSet<>();
      for (String source : proposal.basis().sources()) {
        part.add(source);
        if (sources(part).length() > NamePattern.MAX_CHARACTERS) {
          part.remove(source);
          add(orders, proposal, kind, part);
          part.clear();
          part.add(source);
        }
      }
      add(orders, proposal, kind, part);
      return orders;
    }

    private void add(List<Order> orders, Proposal proposal, String kind, SortedSet<String> part) {
      String id =
          "%s@%d/%s%d".formatted(proposal.id(), at.getEpochSecond(), kind, orders.size() + 1);
      orders.add(new Order(id, sources(part), name, reason, at));
    }
  }

  /**
   * Base of a proposal.
   *
   * @param scene of the sources
   * @param sources of the false alarms
   * @param incidents the false alarms
   */
  record Basis(String scene, SortedSet<String> sources, List<String> incidents) {
    public Basis {
      sources = Collections.unmodifiableSortedSet(new TreeSet<>(sources));
      incidents = List.copyOf(incidents);
      if (sources.isEmpty() || incidents.isEmpty()) {
        throw new IllegalArgumentException("a proposal needs sources and incidents to rest on");
      }
    }

    private String where() {
      return sources.size() <= 3
          ? String.join(", ", sources)
          : "%d sources of scene %s".formatted(sources.size(), scene);
    }
  }

  /**
   * Shifts of a latent up to a margin pass.
   *
   * @param latent the latent
   * @param margin largest shift that passes, in standard deviations of the residual
   * @param spared incidents that would not have opened
   */
  record Suppress(Basis basis, String latent, double margin, Spared spared) implements Proposal {
    @Override
    public String id() {
      return id(basis.scene(), latent);
    }

    static String id(String scene, String latent) {
      return "suppress:" + scene + ":" + latent;
    }

    @Override
    public String sentence() {
      return "let shifts of %s up to %s standard deviations pass at %s"
          .formatted(spoken(latent), number(margin), basis.where());
    }

    @Override
    public String effect() {
      return "of %d incidents known of these sources, %d would not have opened: %d false alarms%s; %s"
          .formatted(
              spared.known(),
              spared.falseAlarms() + spared.unreviewed(),
              spared.falseAlarms(),
              spared.unreviewed() == 0
                  ? ""
                  : " and %d that nobody reviewed".formatted(spared.unreviewed()),
              spared.trueAlarms() == 0
                  ? "no true alarm is known there"
                  : spared.trueAlarms() == 1
                      ? "the 1 true alarm would have"
                      : "the %d true alarms would have".formatted(spared.trueAlarms()));
    }

    @Override
    public List<ControlCommand> commands(Author author) {
      return author.orders(this, "").stream()
          .<ControlCommand>map(order -> new Suppression(order, latent, margin))
          .toList();
    }
  }

  /**
   * Effect of a suppression. Exact for the alarms that are known: whether one opens an incident is
   * decided at its first frame by its shift alone.
   *
   * @param known incidents of the sources that are known
   * @param falseAlarms false alarms that would not have opened
   * @param unreviewed incidents without a verdict that would not have opened
   * @param trueAlarms true alarms, all of which would have opened
   */
  record Spared(int known, int falseAlarms, int unreviewed, int trueAlarms) {}

  /**
   * A source learns its normal state again.
   *
   * @param reason why that is likely to help
   */
  record LearnAgain(Basis basis, String reason) implements Proposal {
    @Override
    public String id() {
      return id(basis.sources().first());
    }

    static String id(String source) {
      return "learn:" + source;
    }

    @Override
    public String sentence() {
      return "let %s learn its normal state again".formatted(basis.sources().first());
    }

    @Override
    public String effect() {
      return reason
          + "; the old calibration stays in force until then, and the source must be in its normal state meanwhile";
    }

    @Override
    public List<ControlCommand> commands(Author author) {
      return author.orders(this, "").stream().<ControlCommand>map(Learn::new).toList();
    }
  }

  /**
   * A smaller budget of false alarms.
   *
   * @param rule whose budget it is; empty for the installation's
   * @param before false alarms per week now
   * @param after false alarms per week then
   */
  record LowerBudget(Basis basis, String rule, double before, double after) implements Proposal {
    @Override
    public String id() {
      return id(rule);
    }

    static String id(String rule) {
      return "budget:" + (rule.isEmpty() ? FOR_ALL : rule);
    }

    /** Name of the rule that is made if none applies yet. */
    private static final String FOR_ALL = "all-sources";

    @Override
    public List<SourceRule> rules(SourceRules rules, Author author) {
      String changed = rule.isEmpty() ? FOR_ALL : rule;
      Optional<SourceRule> now = rules.rule(changed);
      Double budget = now.map(SourceRule::falseAlarmsPerWeek).orElse(null);
      boolean other = rule.isEmpty() ? budget != null : budget != null && budget != before;
      if (other || (now.isEmpty() && !rule.isEmpty())) {
        throw new StaleProposalException(
            "rule %s %s; look at the proposals again"
                .formatted(
                    changed,
                    now.isEmpty()
                        ? "was removed since this was proposed"
                        : "allows %s false alarms per week by now".formatted(budget)));
      }
      return List.of(
          now.orElseGet(() -> SourceRule.of(changed, "*"))
              .with(
                  r ->
                      r.falseAlarmsPerWeek(after)
                          .by(author.name())
                          .changedAt(author.at().truncatedTo(ChronoUnit.MICROS))));
    }

    @Override
    public String sentence() {
      return "allow %s false alarms per week instead of %s %s"
          .formatted(
              number(after),
              number(before),
              rule.isEmpty() ? "if no rule of sources says otherwise" : "in the rule " + rule);
    }

    @Override
    public String effect() {
      return "about %.0f of the %d false alarms at %s would have remained, if they follow the budget; real changes are found later"
          .formatted(
              basis.incidents().size() * after / before, basis.incidents().size(), basis.where());
    }
  }

  /** A regular expression for exactly these names. */
  private static String sources(SortedSet<String> names) {
    return names.stream()
        .map(name -> SPECIAL.matcher(name).replaceAll("\\\\$0"))
        .collect(Collectors.joining("|"));
  }

  private static String spoken(String latent) {
    return Subject.latent(latent, true).spoken();
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}

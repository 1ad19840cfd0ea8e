package dev.residua.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.access.CommandAccess;
import dev.residua.access.Decision;
import dev.residua.access.Person;
import dev.residua.access.Visitor;
import dev.residua.dashboard.FeedbackViews.DecidedProposal;
import dev.residua.dashboard.FeedbackViews.DecisionView;
import dev.residua.dashboard.FeedbackViews.FalseAlarmProposal;
import dev.residua.dashboard.FeedbackViews.FeedbackView;
import dev.residua.dashboard.FeedbackViews.PrecisionView;
import dev.residua.dashboard.FeedbackViews.SubjectPrecisionView;
import dev.residua.feedback.Precision;
import dev.residua.feedback.Proposal;
import dev.residua.feedback.ReviewedIncident;
import dev.residua.feedback.StaleProposalException;
import dev.residua.feedback.SubjectPrecision;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.ProposalDecision;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Conclusions from verdicts on incidents: {@code GET /api/feedback} has the precision of the alarms
 * by scene and subject, and proposals; {@code POST /api/feedback/proposals/ID/apply} and {@code
 * .../dismiss} with {@code {"by": "ann", "reason": "checked on site"}} decide about one; with its
 * {@code sentence} only if it still says that. 400 with a sentence for an invalid request, 403
 * without the grant, 404 for a proposal that is not made of visible incidents, 409 if it or the
 * rules have changed, 503 while Kafka is unavailable.
 */
@Path("/api/feedback")
@Produces(MediaType.APPLICATION_JSON)
public class FeedbackResource {
  private static final int WEEKS = 12;
  private static final int DECISIONS = 20;

  private final LiveHistory history;
  private final ControlCommandWriter control;
  private final RuleCommandWriter rules;
  private final CommandAccess access;
  private final Visitors visitors;
  private final AuditTrail audit;
  private final Clock clock;

  @Inject
  public FeedbackResource(
      LiveHistory history,
      LiveModels models,
      ControlCommandWriter control,
      RuleCommandWriter rules,
      Visitors visitors,
      AuditTrail audit) {
    this(history, models, control, rules, visitors, audit, Clock.systemUTC());
  }

  FeedbackResource(
      LiveHistory history,
      LiveModels models,
      ControlCommandWriter control,
      RuleCommandWriter rules,
      Visitors visitors,
      AuditTrail audit,
      Clock clock) {
    this.history = history;
    this.control = control;
    this.rules = rules;
    this.access = new CommandAccess(history::sourceOfIncident, models::sceneOfTraining);
    this.visitors = visitors;
    this.audit = audit;
    this.clock = clock;
  }

  @GET
  public FeedbackView feedback() {
    Instant now = clock.instant();
    Visitor visitor = visitors.now();
    LiveHistory.Reviewed reviewed = history.reviewed(visitor);
    return new FeedbackView(
        now.toEpochMilli(),
        oldest(reviewed.incidents(), now).toEpochMilli(),
        PrecisionView.of(Precision.of(reviewed.incidents())),
        proposals(reviewed, now).stream().map(FalseAlarmProposal::of).toList(),
        decisions(visitor, reviewed.orders()),
        IntStream.rangeClosed(1, WEEKS)
            .mapToObj(i -> now.minus(Duration.ofDays(7L * (WEEKS - i + 1))).toEpochMilli())
            .toList(),
        SubjectPrecision.of(reviewed.incidents(), now, WEEKS).stream()
            .map(SubjectPrecisionView::of)
            .toList());
  }

  /** The last decisions that the visitor may see, the newest first. */
  private List<DecisionView> decisions(Visitor visitor, List<ControlCommand> orders) {
    List<DecisionView> views = new ArrayList<>();
    for (ControlCommand order : orders) {
      if (order instanceof ProposalDecision decision && isVisible(visitor, order)) {
        views.add(
            0,
            new DecisionView(
                decision.proposalId(),
                decision.applied(),
                order.order().by(),
                order.order().reason(),
                order.order().at().toEpochMilli()));
      }
    }
    return views.subList(0, Math.min(DECISIONS, views.size()));
  }

  private boolean isVisible(Visitor visitor, ControlCommand order) {
    Set<String> sources = access.sources(order);
    return visitor.maySeeAll()
        || (!sources.isEmpty() && sources.stream().allMatch(visitor::maySee));
  }

  private static Instant oldest(List<ReviewedIncident> incidents, Instant now) {
    return incidents.stream()
        .map(one -> one.incident().openedAt())
        .min(Instant::compareTo)
        .orElse(now);
  }

  private List<Proposal> proposals(LiveHistory.Reviewed reviewed, Instant now) {
    return history.proposals(reviewed, rules.rules(), now);
  }

  @POST
  @Path("/proposals/{id}/apply")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response apply(@PathParam("id") String id, String body) {
    return decide(id, body, true);
  }

  @POST
  @Path("/proposals/{id}/dismiss")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response dismiss(@PathParam("id") String id, String body) {
    return decide(id, body, false);
  }

  private Response decide(String id, String body, boolean apply) {
    Visitor visitor = visitors.now();
    Instant now = clock.instant();
    Proposal.Author author;
    try {
      author = author(body, visitor.person(), now);
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
    Optional<Proposal> found =
        proposals(history.reviewed(visitor), now).stream()
            .filter(one -> one.id().equals(id))
            .findFirst();
    if (found.isPresent() && !isAsShown(body, found.get())) {
      return Problems.answer(
          Response.Status.CONFLICT,
          "the proposal has changed; it says by now: " + found.get().sentence());
    }
    Decision decision;
    try {
      decision = found.map(one -> allowed(visitor, one, author, apply)).orElse(Decision.HIDDEN);
    } catch (StaleProposalException e) {
      return Problems.answer(Response.Status.CONFLICT, String.valueOf(e.getMessage()));
    }
    AuditTrail.Change change =
        new AuditTrail.Change(
            author.name(),
            apply ? "apply-proposal" : "dismiss-proposal",
            id,
            found.map(one -> List.copyOf(one.basis().sources())).orElse(List.of()),
            "",
            author.reason());
    if (found.isEmpty() || !(decision instanceof Decision.Allowed)) {
      audit.refused(change, decision);
      return Problems.of(
          decision,
          "there is no proposal '%s' now; GET /api/feedback lists those that there are"
              .formatted(id));
    }
    List<ControlCommand> commands;
    try {
      commands =
          found
              .get()
              .decide(
                  author,
                  apply,
                  next -> rules.write(latest -> allowed(visitor, latest, next.apply(latest))),
                  control::write);
      audit.done(change);
    } catch (StaleProposalException e) {
      audit.failed(change, e);
      return Problems.answer(Response.Status.CONFLICT, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      audit.failed(change, e);
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
    return Response.accepted(
            new DecidedProposal(
                id,
                apply,
                found.get().sentence(),
                commands.stream()
                    .filter(command -> !(command instanceof ProposalDecision))
                    .map(command -> command.order().id())
                    .toList()))
        .build();
  }

  /** Returns true if a request names no sentence, or the one that the proposal has now. */
  private static boolean isAsShown(String body, Proposal proposal) {
    JsonNode fields = RequestBody.read(body);
    return fields == null
        || !fields.has("sentence")
        || RequestBody.text(fields, "sentence").equals(proposal.sentence());
  }

  /** Rules that a visitor may write when the newest ones are these. */
  private static List<SourceRule> allowed(
      Visitor visitor, SourceRules latest, List<SourceRule> next) {
    Visitor then = new Visitor(visitor.person(), latest);
    for (SourceRule rule : next) {
      if (!(then.onRule(rule) instanceof Decision.Allowed)) {
        throw new StaleProposalException(
            "rule %s has changed and is no more one that you may change".formatted(rule.id()));
      }
    }
    return next;
  }

  /** Decides whether a visitor may make all changes of a proposal. */
  private Decision allowed(
      Visitor visitor, Proposal proposal, Proposal.Author author, boolean apply) {
    List<ControlCommand> commands = new ArrayList<>(proposal.commands(author));
    if (commands.isEmpty()) {
      commands.addAll(proposal.decisions(author, apply));
    }
    return Stream.concat(
            commands.stream().map(command -> access.decide(visitor, command)),
            (apply ? proposal.rules(rules.rules(), author) : List.<SourceRule>of())
                .stream().map(visitor::onRule))
        .filter(one -> !(one instanceof Decision.Allowed))
        .findFirst()
        .orElse(Decision.ALLOWED);
  }

  private static Proposal.Author author(String body, Person person, Instant now) {
    JsonNode fields = RequestBody.read(body);
    if (fields == null || !fields.isObject()) {
      throw new IllegalArgumentException(
          "the body must be a JSON object such as {\"by\": \"ann\", \"reason\": \"checked on site\"}");
    }
    String reason = RequestBody.text(fields, "reason");
    if (reason.isBlank()) {
      throw new IllegalArgumentException("reason is missing");
    }
    return new Proposal.Author(
        RequestBody.author(person, RequestBody.text(fields, "by")), reason, now);
  }
}

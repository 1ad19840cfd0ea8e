package dev.residua.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.access.CommandAccess;
import dev.residua.access.Decision;
import dev.residua.access.Visitor;
import dev.residua.feedback.Precision;
import dev.residua.feedback.Proposal;
import dev.residua.feedback.Proposals;
import dev.residua.feedback.ReviewedIncident;
import dev.residua.feedback.SubjectPrecision;
import dev.residua.incident.AuthorName;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.ProposalDecision;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What verdicts on incidents teach: {@code GET /api/feedback} has the precision of the alarms by
 * scene and subject, and proposals; {@code POST /api/feedback/proposals/ID/apply} and {@code
 * .../dismiss} with {@code {"by": "ann", "reason": "checked on site"}} decide about one. 400 with a
 * sentence for an invalid request, 403 without the grant, 404 for a proposal that is not made of
 * what the person may see, 503 while Kafka is unavailable.
 */
@Path("/api/feedback")
@Produces(MediaType.APPLICATION_JSON)
public class FeedbackResource {
  private static final int WEEKS = 12;
  private static final int DECISIONS = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LiveHistory history;
  private final ControlOrders control;
  private final SourceRuleOrders rules;
  private final CommandAccess access;
  private final Visitors visitors;
  private final AuditTrail audit;
  private final Clock clock;
  private volatile double budget = 1;

  @Inject
  public FeedbackResource(
      LiveHistory history,
      LiveModels models,
      ControlOrders control,
      SourceRuleOrders rules,
      Visitors visitors,
      AuditTrail audit) {
    this(history, models, control, rules, visitors, audit, Clock.systemUTC());
  }

  FeedbackResource(
      LiveHistory history,
      LiveModels models,
      ControlOrders control,
      SourceRuleOrders rules,
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

  /**
   * From now on proposals start at this budget.
   *
   * @param falseAlarmsPerWeek of a source where no rule says so, above 0
   */
  public void open(double falseAlarmsPerWeek) {
    budget = falseAlarmsPerWeek;
  }

  @GET
  public Map<String, Object> feedback() {
    Instant now = clock.instant();
    Visitor visitor = visitors.now();
    LiveHistory.Reviewed reviewed = history.reviewed(visitor);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("at", now.toEpochMilli());
    answer.put("from", oldest(reviewed.incidents(), now).toEpochMilli());
    answer.put("total", view(Precision.of(reviewed.incidents())));
    answer.put("proposals", proposals(reviewed, now).stream().map(FeedbackResource::view).toList());
    answer.put("decisions", decisions(visitor, reviewed.orders()));
    answer.put(
        "weeks",
        IntStream.rangeClosed(1, WEEKS)
            .mapToObj(i -> now.minus(Duration.ofDays(7L * (WEEKS - i + 1))).toEpochMilli())
            .toList());
    answer.put(
        "precision",
        SubjectPrecision.of(reviewed.incidents(), now, WEEKS).stream()
            .map(FeedbackResource::view)
            .toList());
    return answer;
  }

  /** The last decisions about what the visitor may see, the newest first. */
  private List<Map<String, Object>> decisions(Visitor visitor, List<ControlCommand> orders) {
    List<Map<String, Object>> views = new ArrayList<>();
    for (ControlCommand order : orders) {
      if (order instanceof ProposalDecision decision
          && (visitor.maySeeAll()
              || (!access.sources(order).isEmpty()
                  && access.sources(order).stream().allMatch(visitor::maySee)))) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("proposal", decision.proposalId());
        view.put("applied", decision.applied());
        view.put("by", decision.order().by());
        view.put("reason", decision.order().reason());
        view.put("at", decision.order().at().toEpochMilli());
        views.add(0, view);
      }
    }
    return views.subList(0, Math.min(DECISIONS, views.size()));
  }

  private static Instant oldest(List<ReviewedIncident> incidents, Instant now) {
    return incidents.stream()
        .map(one -> one.incident().openedAt())
        .min(Instant::compareTo)
        .orElse(now);
  }

  private List<Proposal> proposals(LiveHistory.Reviewed reviewed, Instant now) {
    return Proposals.of(
        reviewed.incidents(), now, reviewed.orders(), Proposals.budgets(rules.rules(), budget));
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
      author = author(body, visitor.person().name(), now);
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
    Optional<Proposal> found =
        proposals(history.reviewed(visitor), now).stream()
            .filter(one -> one.id().equals(id))
            .findFirst();
    Decision decision =
        found.map(one -> allowed(visitor, one, author, apply)).orElse(Decision.HIDDEN);
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
    Proposal proposal = found.get();
    List<ControlCommand> commands = new ArrayList<>(apply ? proposal.commands(author) : List.of());
    commands.add(proposal.decision(author, apply));
    try {
      if (apply && !proposal.rules(rules.rules(), author).isEmpty()) {
        rules.write(latest -> proposal.rules(latest, author));
      }
      for (ControlCommand command : commands) {
        control.write(command.order().id(), command);
      }
      audit.done(change);
    } catch (IOException e) {
      audit.failed(change, e);
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
    return Response.accepted(
            Map.of(
                "id",
                id,
                "commands",
                commands.stream().map(command -> command.order().id()).toList()))
        .build();
  }

  /** Whether a visitor may do all that a proposal takes. */
  private Decision allowed(
      Visitor visitor, Proposal proposal, Proposal.Author author, boolean apply) {
    List<ControlCommand> commands = new ArrayList<>(proposal.commands(author));
    if (commands.isEmpty()) {
      commands.add(proposal.decision(author, apply));
    }
    return Stream.concat(
            commands.stream().map(command -> access.decide(visitor, command)),
            proposal.rules(rules.rules(), author).stream().map(visitor::onRule))
        .filter(one -> !(one instanceof Decision.Allowed))
        .findFirst()
        .orElse(Decision.ALLOWED);
  }

  private static Proposal.Author author(String body, @Nullable String person, Instant now) {
    JsonNode fields;
    try {
      fields = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the body is no JSON: " + e.getOriginalMessage(), e);
    }
    if (fields == null || !fields.isObject()) {
      throw new IllegalArgumentException(
          "the body must be a JSON object such as {\"by\": \"ann\", \"reason\": \"checked on site\"}");
    }
    String reason = fields.path("reason").asText("");
    if (reason.isBlank()) {
      throw new IllegalArgumentException("reason is missing");
    }
    String by = person == null ? AuthorName.claimed(fields.path("by").asText("")) : person;
    if (by.isBlank()) {
      throw new IllegalArgumentException("by is missing: who decides?");
    }
    return new Proposal.Author(by, reason, now);
  }

  private static Map<String, Object> view(Proposal proposal) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("id", proposal.id());
    view.put("kind", proposal.kind());
    view.put("sentence", proposal.sentence());
    view.put("effect", proposal.effect());
    view.put("scene", proposal.basis().scene());
    view.put("sources", proposal.basis().sources());
    view.put("incidents", proposal.basis().incidents());
    return view;
  }

  private static Map<String, Object> view(SubjectPrecision row) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("scene", row.scene());
    view.put("subject", row.subject().toString());
    view.put("sources", row.sources());
    view.putAll(view(row.all()));
    view.put("weeks", row.weeks().stream().map(FeedbackResource::view).toList());
    return view;
  }

  private static Map<String, Object> view(Precision precision) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("incidents", precision.incidents());
    view.put("trueAlarms", precision.trueAlarms());
    view.put("falseAlarms", precision.falseAlarms());
    if (precision.reviewed() > 0) {
      view.put("precision", precision.value());
      view.put("low", precision.low());
      view.put("high", precision.high());
    }
    return view;
  }
}

package dev.residua.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.access.Decision;
import dev.residua.access.Person;
import dev.residua.access.Visitor;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.FrameGeometry;
import dev.residua.incident.AuthorName;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rules of sources: {@code GET /api/sources/rules} lists them, {@code ?source=NAME} only those that
 * match a source, the one that holds first. {@code PUT /api/sources/rules/ID} with {@code {"match":
 * "line3/*", "silentAfter": "PT2M", "by": "ann"}} creates or replaces one, {@code DELETE} removes
 * one. 400 with a sentence for an invalid rule, 403 without the grant, 404 for an unknown or hidden
 * one, 503 while Kafka is unavailable.
 */
@Path("/api/sources/rules")
@Produces(MediaType.APPLICATION_JSON)
public class SourceRulesResource {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final RuleCommandWriter orders;
  private final Visitors visitors;
  private final LiveHistory history;
  private final AuditTrail audit;
  private final Clock clock;

  @Inject
  public SourceRulesResource(
      RuleCommandWriter orders, Visitors visitors, LiveHistory history, AuditTrail audit) {
    this(orders, visitors, history, audit, Clock.systemUTC());
  }

  SourceRulesResource(
      RuleCommandWriter orders,
      Visitors visitors,
      LiveHistory history,
      AuditTrail audit,
      Clock clock) {
    this.orders = orders;
    this.visitors = visitors;
    this.history = history;
    this.audit = audit;
    this.clock = clock;
  }

  /** A rule as the pages show it. */
  static Map<String, Object> view(SourceRule rule) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("id", rule.id());
    view.put("revision", rule.revision());
    view.put("settings", SourceRule.SETTINGS.of(rule));
    if (rule.budget() != null) {
      view.put("sharedAmong", rule.budget().among());
    }
    view.put("by", rule.by());
    view.put("changedAt", rule.changedAt().toString());
    return view;
  }

  @GET
  public Map<String, Object> rules(@QueryParam("source") @Nullable String source) {
    Visitor visitor = visitors.now();
    SourceRules rules = visitor.rules();
    List<SourceRule> shown =
        (source == null
                ? rules.rules()
                : visitor.maySee(source) ? rules.matching(source) : List.<SourceRule>of())
            .stream().filter(visitor::maySee).toList();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("rules", shown.stream().map(SourceRulesResource::view).toList());
    if (source != null && shown.size() > 1) {
      answer.put("why", SourceRules.whyBefore(shown.get(0), shown.get(1)));
    }
    return answer;
  }

  /** Returns the settings that a rule may have, for forms. */
  @GET
  @Path("/settings")
  public Map<String, Object> settings() {
    return Map.of(
        "settings",
        SourceRule.SETTINGS.fields().stream()
            .map(
                setting ->
                    Map.of(
                        "name", setting.name(),
                        "type", setting.type().json(),
                        "choices", setting.type().choices(),
                        "effect", setting.effect(),
                        "unset", setting.unset(),
                        "example", setting.description().example(),
                        "required", setting.required()))
            .toList());
  }

  /**
   * Region and rotation that show a source's scene again after its camera has moved: a proposal.
   *
   * @param right shift of the picture to the right, as a share of its width, as in an event
   * @param aspect width of the upright frame over its height
   * @param picture the same of the picture that the model reads
   */
  @GET
  @Path("/corrected")
  public Response corrected(
      @QueryParam("source") String source,
      @QueryParam("right") float right,
      @QueryParam("down") float down,
      @QueryParam("degrees") float degrees,
      @QueryParam("scale") float scale,
      @QueryParam("aspect") double aspect,
      @QueryParam("picture") @DefaultValue("1") double picture) {
    if (source == null
        || !(aspect > 0 && Double.isFinite(aspect))
        || !(picture > 0 && Double.isFinite(picture))) {
      return Problems.answer(
          Response.Status.BAD_REQUEST,
          "source, aspect and picture are needed: width over height of the upright frame and of the model's picture");
    }
    Visitor visitor = visitors.now();
    if (!visitor.maySee(source)) {
      return Problems.answer(
          Response.Status.NOT_FOUND, "nothing is known of the source '%s'".formatted(source));
    }
    try {
      FrameGeometry moved =
          visitor
              .rules()
              .of(source)
              .geometry()
              .after(new CameraMotion(right, down, degrees, scale), aspect, picture);
      return Response.ok(Map.of("region", moved.region().toString(), "rotation", moved.rotation()))
          .build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
  }

  @PUT
  @Path("/{id}")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response put(@PathParam("id") String id, String body) {
    Person person = visitors.now().person();
    SourceRule rule;
    try {
      Map<String, @Nullable Object> fields = fields(body);
      Object claimed = fields.remove("by");
      rule =
          signed(
              SourceRule.SETTINGS.apply(SourceRule.of(id, "*"), fields),
              claimed == null ? "" : claimed.toString(),
              person.name());
      if (id.isEmpty() || fields.get("match") == null) {
        throw new IllegalArgumentException("a rule needs an id and match, such as line3/*");
      }
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
    return write(
        change("change-rule", rule),
        rules -> {
          check(new Visitor(person, rules).onRule(rule));
          return List.of(rule);
        });
  }

  @DELETE
  @Path("/{id}")
  public Response remove(@PathParam("id") String id, @QueryParam("by") @Nullable String by) {
    Visitor visitor = visitors.now();
    Person person = visitor.person();
    if (visitor.rules().rule(id).filter(visitor::maySee).isEmpty()) {
      audit.refused(
          new AuditTrail.Change(person.name(), "remove-rule", id, List.of(), "", ""),
          Decision.HIDDEN);
      return Problems.answer(Response.Status.NOT_FOUND, unknown(id));
    }
    try {
      signed(SourceRule.DEFAULTS, by == null ? "" : by, person.name()); // checks the author
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
    SourceRule before = visitor.rules().rule(id).orElseThrow();
    return write(
        change("remove-rule", signed(before, by == null ? "" : by, person.name())),
        rules ->
            rules.rule(id).stream()
                .map(
                    rule -> {
                      check(new Visitor(person, rules).onRemoval(rule));
                      return signed(rule.withRemoved(true), by == null ? "" : by, person.name());
                    })
                .toList());
  }

  private static String unknown(String id) {
    return "there is no rule '%s'; /api/sources/rules lists all".formatted(id);
  }

  /** A change that may not be made, by the newest rules. */
  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Decision decision;

    RefusedException(Decision decision) {
      this.decision = decision;
    }
  }

  private static void check(Decision decision) {
    if (!(decision instanceof Decision.Allowed)) {
      throw new RefusedException(decision);
    }
  }

  /** A change for the audit log: of the known sources that match, with the settings that change. */
  private AuditTrail.Change change(String action, SourceRule rule) {
    SourceRule before = orders.rules().rule(rule.id()).orElse(null);
    return new AuditTrail.Change(
        rule.by(),
        action,
        rule.id(),
        history.sources(rule.match()::matches),
        "",
        String.join(
            "; ",
            SourceRule.SETTINGS.differences(before, action.equals("remove-rule") ? null : rule)));
  }

  private SourceRule signed(SourceRule rule, String claimed, @Nullable String person) {
    if (person == null && claimed.isBlank()) {
      throw new IllegalArgumentException("by is missing: who changes the rule?");
    }
    return rule.with(
        r ->
            r.by(person == null ? AuthorName.claimed(claimed) : person)
                .changedAt(clock.instant().truncatedTo(ChronoUnit.MICROS)));
  }

  private Response write(
      AuditTrail.Change change, Function<SourceRules, List<SourceRule>> decision) {
    try {
      List<SourceRule> written = orders.write(decision);
      audit.done(change);
      return Response.ok(
              Map.of("changed", written.stream().map(SourceRulesResource::view).toList()))
          .build();
    } catch (RefusedException e) {
      audit.refused(change, e.decision);
      return Problems.of(e.decision, unknown(change.target()));
    } catch (IOException e) {
      audit.failed(change, e);
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }

  private static Map<String, @Nullable Object> fields(String body) {
    try {
      Map<String, @Nullable Object> fields =
          JSON.readValue(body, new TypeReference<LinkedHashMap<String, @Nullable Object>>() {});
      if (fields == null) {
        throw new IllegalArgumentException("the body is null, expected a JSON object");
      }
      return fields;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the body must be a JSON object such as {\"match\": \"line3/*\", \"by\": \"ann\"}: "
              + e.getOriginalMessage(),
          e);
    }
  }
}

package dev.residua.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.access.Decision;
import dev.residua.access.Person;
import dev.residua.access.Visitor;
import dev.residua.dashboard.RuleViews.ChangedRules;
import dev.residua.dashboard.RuleViews.RuleView;
import dev.residua.dashboard.RuleViews.RulesView;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.FrameGeometry;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rules of sources: {@code GET /api/sources/rules} lists them, {@code ?source=NAME} only those that
 * match a source, the one that holds first. {@code PUT /api/sources/rules/ID} with {@code {"match":
 * "line3/*", "silentAfter": "PT2M", "by": "ann"}} creates or replaces one, {@code PATCH} changes
 * the settings that it names, {@code DELETE} removes one; {@code PUT /api/sources/rules} with
 * {@code {"rules": {"line3": {"match": "line3/*"}}}} does so for several. 400 with a sentence for
 * an invalid rule, 403 without the grant, 404 for an unknown or hidden one, 503 while Kafka is
 * unavailable.
 */
@Path("/api/sources/rules")
@Produces(MediaType.APPLICATION_JSON)
public class SourceRulesResource {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final TypeReference<LinkedHashMap<String, @Nullable Object>> FIELDS =
      new TypeReference<>() {};
  private static final TypeReference<RuleSet> RULES = new TypeReference<>() {};

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

  @GET
  public RulesView rules(@QueryParam("source") @Nullable String source) {
    Visitor visitor = visitors.now();
    SourceRules rules = visitor.rules();
    List<SourceRule> shown =
        (source == null
                ? rules.rules()
                : visitor.maySee(source) ? rules.matching(source) : List.<SourceRule>of())
            .stream().filter(visitor::maySee).toList();
    return new RulesView(
        shown.stream().map(RuleView::of).toList(),
        source != null && shown.size() > 1
            ? SourceRules.whyBefore(shown.get(0), shown.get(1))
            : null);
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
   * @param picture ratio of the picture that the model reads
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

  /** Creates or replaces a rule: settings that the body does not have are unset. */
  @PUT
  @Path("/{id}")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response put(@PathParam("id") String id, String body) {
    return change(id, body, (rules, fields) -> SourceRules.EMPTY.changed(id, fields));
  }

  /** Creates a rule, or changes the settings that the body has; null unsets one. */
  @PATCH
  @Path("/{id}")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response patch(@PathParam("id") String id, String body) {
    return change(id, body, (rules, fields) -> rules.changed(id, fields));
  }

  private Response change(
      String id,
      String body,
      BiFunction<SourceRules, Map<String, @Nullable Object>, SourceRule> change) {
    Person person = visitors.now().person();
    try {
      Map<String, @Nullable Object> fields =
          read(body, FIELDS, "{\"match\": \"line3/*\", \"by\": \"ann\"}");
      Object claimed = fields.remove("by");
      String by = RequestBody.author(person, claimed == null ? "" : claimed.toString());
      return write(
          new Request(person, by, "change-rule", id, false),
          rules -> List.of(change.apply(rules, fields)));
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
  }

  @DELETE
  @Path("/{id}")
  public Response remove(
      @PathParam("id") String id, @QueryParam("by") @DefaultValue("") String claimed) {
    Person person = visitors.now().person();
    try {
      return write(
          new Request(person, RequestBody.author(person, claimed), "remove-rule", id, false),
          rules ->
              List.of(
                  rules
                      .rule(id)
                      .orElseThrow(() -> new RefusedException(Decision.HIDDEN, null))
                      .withRemoved(true)));
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
  }

  /**
   * Rules that a file describes.
   *
   * @param rules settings by id
   * @param prune whether other rules are removed
   * @param dryRun whether nothing is changed
   */
  record RuleSet(
      @Nullable Map<String, @Nullable Map<String, @Nullable Object>> rules,
      boolean prune,
      boolean dryRun,
      @Nullable String by) {
    RuleSet {
      if (rules == null) {
        throw new IllegalArgumentException("rules is missing, expected settings by id");
      }
    }

    List<SourceRule> changes(Visitor visitor) {
      Map<String, @Nullable Map<String, @Nullable Object>> wanted = Objects.requireNonNull(rules);
      List<SourceRule> changes = new ArrayList<>();
      wanted.forEach(
          (id, settings) ->
              changes.add(SourceRules.EMPTY.changed(id, settings == null ? Map.of() : settings)));
      if (prune) {
        visitor.rules().rules().stream()
            .filter(rule -> !wanted.containsKey(rule.id()) && visitor.maySee(rule))
            .forEach(rule -> changes.add(rule.withRemoved(true)));
      }
      return changes;
    }
  }

  /** Creates or replaces several rules at once, all or none. */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  public Response apply(String body) {
    Person person = visitors.now().person();
    try {
      RuleSet wanted =
          read(body, RULES, "{\"rules\": {\"line3\": {\"match\": \"line3/*\"}}, \"by\": \"ann\"}");
      String by = RequestBody.author(person, wanted.by() == null ? "" : wanted.by());
      return write(
          new Request(person, by, "change-rule", "rules", wanted.dryRun()),
          rules -> wanted.changes(new Visitor(person, rules)));
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
  }

  private static String unknown(String id) {
    return "there is no rule '%s'; /api/sources/rules lists all".formatted(id);
  }

  /** A change that may not be made, by the newest rules. */
  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Decision decision;
    private final transient @Nullable SourceRule rule;

    RefusedException(Decision decision, @Nullable SourceRule rule) {
      this.decision = decision;
      this.rule = rule;
    }
  }

  private static void check(Visitor visitor, SourceRule rule) {
    Decision decision = rule.removed() ? visitor.onRemoval(rule) : visitor.onRule(rule);
    if (!(decision instanceof Decision.Allowed)) {
      throw new RefusedException(decision, rule);
    }
  }

  /** A change for the audit log: of the known sources that match, with the settings that change. */
  private AuditTrail.Change change(SourceRules before, SourceRule rule) {
    return new AuditTrail.Change(
        rule.by(),
        rule.removed() ? "remove-rule" : "change-rule",
        rule.id(),
        history.sources(rule.match()::matches),
        "",
        String.join("; ", RuleViews.differences(before, rule)));
  }

  /**
   * A request to change rules.
   *
   * @param target id, for the audit log
   * @param dryRun whether nothing is changed
   */
  private record Request(Person person, String by, String action, String target, boolean dryRun) {
    AuditTrail.Change change() {
      return new AuditTrail.Change(by, action, target, List.of(), "", "");
    }
  }

  /**
   * Writes the rules that follow from the newest ones, if the person may.
   *
   * @throws IllegalArgumentException if a rule is invalid
   */
  private Response write(Request request, Function<SourceRules, List<SourceRule>> changes) {
    SourceRules[] before = {orders.rules()}; // of the last attempt
    Function<SourceRules, List<SourceRule>> decision =
        rules -> {
          before[0] = rules;
          Visitor visitor = new Visitor(request.person(), rules);
          List<SourceRule> signed =
              changes.apply(rules).stream().map(rule -> signed(rule, request.by())).toList();
          signed.forEach(rule -> check(visitor, rule));
          return signed;
        };
    try {
      List<SourceRule> written =
          request.dryRun() ? decision.apply(before[0]) : orders.write(decision);
      if (!request.dryRun()) {
        written.forEach(rule -> audit.done(change(before[0], rule)));
      }
      return Response.ok(
              ChangedRules.of(
                  request.dryRun(),
                  before[0],
                  written,
                  rule ->
                      history.latents(
                          source -> rule.match().matches(source) && visitors.now().maySee(source))))
          .build();
    } catch (RefusedException e) {
      audit.refused(e.rule == null ? request.change() : change(before[0], e.rule), e.decision);
      return Problems.of(e.decision, unknown(request.target()));
    } catch (IOException e) {
      audit.failed(request.change(), e);
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }

  private SourceRule signed(SourceRule rule, String by) {
    return rule.with(r -> r.by(by).changedAt(clock.instant().truncatedTo(ChronoUnit.MICROS)));
  }

  private static <T> T read(String body, TypeReference<T> type, String example) {
    try {
      T fields = JSON.readValue(body, type);
      if (fields == null) {
        throw new IllegalArgumentException("the body is null, expected a JSON object");
      }
      return fields;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the body must be a JSON object such as %s: %s"
              .formatted(example, e.getOriginalMessage()),
          e);
    }
  }
}

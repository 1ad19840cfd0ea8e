package dev.residua.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.access.AccessRole;
import dev.residua.access.CommandAccess;
import dev.residua.access.Decision;
import dev.residua.access.Visitor;
import dev.residua.dashboard.LiveViews.StoredCommand;
import dev.residua.incident.AuthorName;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.AboutTraining;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.ControlCommandParser;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Commands of operators over HTTP: {@code POST /api/control} with {@code {"kind": "silence", "for":
 * "2h", "by": "ann", "reason": "belt change"}} answers 202 with its id and its sources; {@code
 * DELETE /api/control/ID} takes it back. 400 with a sentence for an invalid command, 403 without
 * the grant, 404 for a hidden incident or command, 503 while Kafka is unavailable.
 */
@Path("/api/control")
public class ControlResource {
  private static final int MAX_ID_CHARACTERS = 200;

  private final ControlCommandWriter orders;
  private final LiveHistory history;
  private final CommandAccess access;
  private final Visitors visitors;
  private final AuditTrail audit;
  private final Clock clock;

  @Inject
  public ControlResource(
      ControlCommandWriter orders,
      LiveHistory history,
      LiveModels models,
      Visitors visitors,
      AuditTrail audit) {
    this(orders, history, models, visitors, audit, Clock.systemUTC());
  }

  ControlResource(
      ControlCommandWriter orders,
      LiveHistory history,
      LiveModels models,
      Visitors visitors,
      AuditTrail audit,
      Clock clock) {
    this.orders = orders;
    this.history = history;
    this.access = new CommandAccess(history::sourceOfIncident, models::sceneOfTraining);
    this.visitors = visitors;
    this.audit = audit;
    this.clock = clock;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  public Response post(String body) {
    Visitor visitor = visitors.now();
    String person = visitor.person().name();
    String id;
    String action;
    ControlCommand command;
    try {
      Map<String, String> fields = fields(body);
      ControlCommand.Kind kind = ControlCommand.Kind.of(fields.remove("kind"));
      action = kind.text();
      String given = fields.remove("id");
      id = given == null ? UUID.randomUUID().toString() : given;
      checkId(id);
      if (given != null && !visitor.person().grants().allowEverywhere(AccessRole.OPERATOR)) {
        String why =
            "an id may replace the command of somebody else; choosing it needs the grant operator, for every source; leave it out";
        audit.refused(change(person, action, id, null, ""), why);
        return Problems.answer(Response.Status.FORBIDDEN, why);
      }
      Decision replaced = given == null ? Decision.ALLOWED : replaceable(visitor, id);
      if (!(replaced instanceof Decision.Allowed)) {
        audit.refused(change(person, action, id, null, ""), replaced);
        return Problems.of(replaced, "the id '%s' is taken; leave it out".formatted(id));
      }
      ControlCommandParser request = new ControlCommandParser(kind, fields, name -> name);
      command =
          person == null
              ? request.command(id, clock.instant())
              : request.command(id, clock.instant(), person);
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
    return decided(
        access.decide(visitor, command),
        change(
            command.order().by(),
            action,
            command.incident().orElse(id),
            command,
            command.order().reason()),
        unknown(command),
        id,
        command,
        new StoredCommand(id, action, false, applies(visitor, command), covered(visitor, command)));
  }

  private List<String> covered(Visitor visitor, ControlCommand command) {
    return sources(command).stream().filter(visitor::maySee).toList();
  }

  private String applies(Visitor visitor, ControlCommand command) {
    if (command.incident().isPresent() || command instanceof AboutTraining) {
      return "";
    }
    int known = history.sources(visitor::maySee).size();
    return (known == 0
            ? "applies to the sources %s; none is known yet".formatted(command.order().sources())
            : "applies to %d of %d known sources"
                .formatted(covered(visitor, command).size(), known))
        + (command.until() == null ? "" : " until " + command.until());
  }

  private List<String> sources(ControlCommand command) {
    return command.incident().isPresent()
        ? List.copyOf(access.sources(command))
        : command instanceof AboutTraining ? List.of() : history.covered(command);
  }

  private AuditTrail.Change change(
      @Nullable String by,
      String action,
      String target,
      @Nullable ControlCommand about,
      String reason) {
    if (about == null) {
      return new AuditTrail.Change(by, action, target, List.of(), "", reason);
    }
    return new AuditTrail.Change(
        by, action, target, sources(about), access.scene(about).orElse(""), reason);
  }

  private Response decided(
      Decision decision,
      AuditTrail.Change change,
      String unknown,
      String id,
      @Nullable ControlCommand command,
      StoredCommand answer) {
    if (!(decision instanceof Decision.Allowed)) {
      audit.refused(change, decision);
      return Problems.of(decision, unknown);
    }
    try {
      orders.write(id, command);
      audit.done(change);
      return Response.accepted(answer).build();
    } catch (IOException e) {
      audit.failed(change, e);
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }

  private static String unknown(ControlCommand command) {
    return command
        .incident()
        .map("the incident '%s' is not known here"::formatted)
        .orElse("there is no such training or scene");
  }

  @DELETE
  @Path("/{id}")
  @Produces(MediaType.APPLICATION_JSON)
  public Response takeBack(
      @PathParam("id") String id,
      @QueryParam("by") @DefaultValue("") String by,
      @QueryParam("reason") @DefaultValue("") String reason) {
    try {
      checkId(id);
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
    Visitor visitor = visitors.now();
    Optional<ControlCommand> command = history.command(id);
    Decision decision =
        command.isEmpty() && !visitor.person().grants().allowEverywhere(AccessRole.OPERATOR)
            ? Decision.HIDDEN
            : replaceable(visitor, id);
    String person = visitor.person().name();
    return decided(
        decision,
        change(
            person == null ? AuthorName.claimed(by) : person,
            "take-back",
            id,
            command.orElse(null),
            reason),
        "there is no command '%s'".formatted(id),
        id,
        null,
        new StoredCommand(
            id,
            command.map(known -> known.kind().text()).orElse(""),
            true,
            command.map(known -> known.kind().afterTakingBack()).orElse(""),
            command.map(known -> covered(visitor, known)).orElse(List.of())));
  }

  /** Decides whether a person may replace the command with an id, or take it back. */
  private Decision replaceable(Visitor visitor, String id) {
    if (id.startsWith(Training.KEY_PREFIX)) {
      return new Decision.Denied(
          "ids that begin with %s are those of trainings, which report their own status"
              .formatted(Training.KEY_PREFIX));
    }
    return history.command(id).map(known -> access.decide(visitor, known)).orElse(Decision.ALLOWED);
  }

  static void checkId(String id) {
    if (id.isBlank() || id.length() > MAX_ID_CHARACTERS) {
      throw new IllegalArgumentException(
          "id must have 1 to %d characters but has %d".formatted(MAX_ID_CHARACTERS, id.length()));
    }
  }

  private static Map<String, String> fields(String body) {
    JsonNode object = RequestBody.read(body);
    if (object == null || !object.isObject()) {
      throw new IllegalArgumentException(
          "the body must be a JSON object such as {\"kind\": \"silence\", \"for\": \"2h\", \"by\": \"ann\", \"reason\": \"belt change\"}");
    }
    Map<String, String> fields = new LinkedHashMap<>();
    object
        .properties()
        .forEach(
            field -> {
              if (!field.getValue().isValueNode()) {
                throw new IllegalArgumentException(
                    field.getKey() + " must be a text, a number, true or false");
              }
              if (!field.getValue().isNull()) {
                fields.put(field.getKey(), field.getValue().asText());
              }
            });
    return fields;
  }
}

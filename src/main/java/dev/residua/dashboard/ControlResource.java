package dev.residua.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.access.AccessRole;
import dev.residua.access.CommandAccess;
import dev.residua.access.Decision;
import dev.residua.access.Visitor;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Commands of operators over HTTP: {@code POST /api/control} with {@code {"kind": "silence", "for":
 * "2h", "by": "ann", "reason": "belt change"}} answers 202 and {@code {"id": ...}}; {@code DELETE
 * /api/control/ID} takes it back. 400 with a sentence for an invalid command, 403 without the
 * grant, 404 for a hidden incident or command, 503 while Kafka is unavailable.
 */
@Path("/api/control")
public class ControlResource {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_ID_CHARACTERS = 200;

  private final ControlOrders orders;
  private final LiveHistory history;
  private final CommandAccess access;
  private final Visitors visitors;
  private final Clock clock;

  @Inject
  public ControlResource(
      ControlOrders orders, LiveHistory history, LiveModels models, Visitors visitors) {
    this(orders, history, models, visitors, Clock.systemUTC());
  }

  ControlResource(
      ControlOrders orders,
      LiveHistory history,
      LiveModels models,
      Visitors visitors,
      Clock clock) {
    this.orders = orders;
    this.history = history;
    this.access = new CommandAccess(history::sourceOfIncident, models::sceneOfTraining);
    this.visitors = visitors;
    this.clock = clock;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  public Response post(String body) {
    Visitor visitor = visitors.now();
    String person = visitor.person().name();
    String id;
    ControlCommand command;
    try {
      Map<String, String> fields = fields(body);
      ControlRequest.Kind kind = ControlRequest.Kind.of(fields.remove("kind"));
      String given = fields.remove("id");
      id = given == null ? UUID.randomUUID().toString() : given;
      checkId(id);
      if (given != null && !visitor.person().grants().allowEverywhere(AccessRole.OPERATOR)) {
        return Problems.answer(
            Response.Status.FORBIDDEN,
            "an id may replace the command of somebody else; choosing it needs the grant operator, for every source; leave it out");
      }
      ControlRequest request = new ControlRequest(kind, fields, name -> name);
      command =
          person == null
              ? request.command(id, clock.instant())
              : request.command(id, clock.instant(), person);
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
    Decision decision = access.decide(visitor, command);
    return decision instanceof Decision.Allowed
        ? give(id, command)
        : Problems.of(decision, unknown(command));
  }

  private static String unknown(ControlCommand command) {
    return CommandAccess.incident(command)
        .map("the incident '%s' is not known here"::formatted)
        .orElse("there is no such training or scene");
  }

  @DELETE
  @Path("/{id}")
  @Produces(MediaType.APPLICATION_JSON)
  public Response takeBack(@PathParam("id") String id) {
    try {
      checkId(id);
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
    Visitor visitor = visitors.now();
    Optional<ControlCommand> command = history.command(id);
    Decision decision =
        command
            .map(known -> access.decide(visitor, known))
            .orElse(
                visitor.person().grants().allowEverywhere(AccessRole.OPERATOR)
                    ? Decision.ALLOWED
                    : Decision.HIDDEN);
    return decision instanceof Decision.Allowed
        ? give(id, null)
        : Problems.of(decision, "there is no command '%s'".formatted(id));
  }

  private Response give(String id, @Nullable ControlCommand command) {
    try {
      orders.write(id, command);
      return Response.accepted(Map.of("id", id)).build();
    } catch (IOException e) {
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }

  static void checkId(String id) {
    if (id.isBlank() || id.length() > MAX_ID_CHARACTERS) {
      throw new IllegalArgumentException(
          "id must have 1 to %d characters but has %d".formatted(MAX_ID_CHARACTERS, id.length()));
    }
  }

  private static Map<String, String> fields(String body) {
    try {
      JsonNode object = JSON.readTree(body);
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
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the body is no JSON: " + e.getOriginalMessage(), e);
    }
  }
}

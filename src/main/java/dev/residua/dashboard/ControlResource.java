package dev.residua.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Commands of operators over HTTP: {@code POST /api/control} with {@code {"kind": "silence", "for":
 * "2h", "by": "ann", "reason": "belt change"}} answers 202 and {@code {"id": ...}}; {@code DELETE
 * /api/control/ID} takes it back. 400 with a sentence for an invalid command, 503 while Kafka is
 * unavailable. Access is checked before a request arrives here.
 */
@Path("/api/control")
public class ControlResource {
  /** Key of the request's data for the user name in its token, if it has one. */
  public static final String PRINCIPAL = "residua.principal";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_ID_CHARACTERS = 200;

  private final ControlOrders orders;
  private final Clock clock;

  @Inject
  public ControlResource(ControlOrders orders) {
    this(orders, Clock.systemUTC());
  }

  ControlResource(ControlOrders orders, Clock clock) {
    this.orders = orders;
    this.clock = clock;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  public Response post(String body, @Context RoutingContext request) {
    return post(body, request.<String>get(PRINCIPAL));
  }

  /** The same for an authenticated person, who is then the author; null if there is none. */
  Response post(String body, @Nullable String person) {
    String id;
    ControlCommand command;
    try {
      Map<String, String> fields = fields(body);
      ControlRequest.Kind kind = ControlRequest.Kind.of(fields.remove("kind"));
      String given = fields.remove("id");
      id = given == null ? UUID.randomUUID().toString() : given;
      checkId(id);
      ControlRequest request = new ControlRequest(kind, fields, name -> name);
      command =
          person == null
              ? request.command(id, clock.instant())
              : request.command(id, clock.instant(), person);
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
    return give(id, command);
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
    return give(id, null);
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

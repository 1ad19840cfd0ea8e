package dev.residua.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.access.Decision;
import dev.residua.access.Visitor;
import dev.residua.frame.SceneName;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The registry of models, and the progress of trainings; {@code POST /api/models/ID/promote} and
 * {@code POST /api/models/rollback} change the model in use, with {@code {"by": "ann", "reason":
 * "new lens"}} and, to roll back to a given one, {@code "to"}. 400 with a sentence for an invalid
 * request, 403 without the grant, 404 for an unknown or hidden model, 503 while Kafka is
 * unavailable.
 */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
public class ModelsResource {
  private final LiveModels state;
  private final ModelCommandWriter orders;
  private final Visitors visitors;
  private final AuditTrail audit;

  @Inject
  public ModelsResource(
      LiveModels state, ModelCommandWriter orders, Visitors visitors, AuditTrail audit) {
    this.state = state;
    this.orders = orders;
    this.visitors = visitors;
    this.audit = audit;
  }

  @GET
  @Path("/models")
  public ModelViews.Models models() {
    return state.models(visitors.now());
  }

  @GET
  @Path("/trainings")
  public List<ModelViews.TrainingView> trainings() {
    return state.trainings(visitors.now());
  }

  @GET
  @Path("/models/{id}")
  public Response model(@PathParam("id") String id) {
    return found(() -> visible(id) ? state.detail(id) : Optional.empty(), missing(id));
  }

  @GET
  @Path("/models/{id}/difference")
  public Response difference(
      @PathParam("id") String id, @QueryParam("from") @Nullable String from) {
    if (from == null || from.isBlank()) {
      return Problems.answer(
          Response.Status.BAD_REQUEST,
          "query parameter from is missing, expected the id of the model to compare with");
    }
    return found(
        () -> visible(from) && visible(id) ? state.difference(from, id) : Optional.empty(),
        "the registry lacks one of the models '%s' and '%s'".formatted(from, id));
  }

  private static String missing(String id) {
    return "the registry has no model '%s'".formatted(id);
  }

  private boolean visible(String id) {
    return state.visible(visitors.now(), id);
  }

  private interface Lookup {
    Optional<?> find() throws IOException;
  }

  private static Response found(Lookup lookup, String missing) {
    try {
      Optional<?> found = lookup.find();
      return found.isPresent()
          ? Response.ok(found.get()).build()
          : Problems.answer(Response.Status.NOT_FOUND, missing);
    } catch (IOException e) {
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }

  @POST
  @Path("/models/{id}/promote")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response promote(@PathParam("id") String id, String body) {
    if (!visible(id)) {
      audit.refused(
          new AuditTrail.Change(visitors.now().person().name(), "promote", id, List.of(), "", ""),
          Decision.HIDDEN);
      return Problems.answer(Response.Status.NOT_FOUND, missing(id));
    }
    return change(
        body, "promote", id, said -> orders.promote(said.scene(), id, said.by(), said.reason()));
  }

  @POST
  @Path("/models/rollback")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response rollback(String body) {
    return change(
        body,
        "rollback",
        null,
        said ->
            orders.rollback(
                said.scene(), said.to().isEmpty() ? null : said.to(), said.by(), said.reason()));
  }

  /** Author, scene, reason and model of a change; empty if they are missing. */
  private record Request(String scene, String by, String reason, String to) {}

  private interface Change {
    String of(Request said) throws IOException;
  }

  private Response change(String body, String action, @Nullable String model, Change change) {
    AuditTrail.Change entry = null;
    try {
      JsonNode object = RequestBody.read(body);
      Visitor visitor = visitors.now();
      String by = RequestBody.author(visitor.person(), RequestBody.text(object, "by"));
      String reason = RequestBody.text(object, "reason");
      if (reason.isBlank()) {
        throw new IllegalArgumentException("reason is missing: why is the model changed?");
      }
      String scene = RequestBody.text(object, "scene");
      Request said =
          new Request(
              SceneName.checked(scene.isEmpty() ? SceneName.DEFAULT : scene),
              by,
              reason,
              RequestBody.text(object, "to"));
      entry =
          new AuditTrail.Change(
              by, action, model == null ? said.to() : model, List.of(), said.scene(), reason);
      Decision decision = visitor.onModel(said.scene());
      if (!(decision instanceof Decision.Allowed)) {
        audit.refused(entry, decision);
        return Problems.of(decision, "there is no scene '%s'".formatted(said.scene()));
      }
      if (!said.to().isEmpty() && !visible(said.to())) {
        audit.refused(entry, Decision.HIDDEN);
        return Problems.answer(Response.Status.NOT_FOUND, missing(said.to()));
      }
      String active = change.of(said);
      audit.done(entry);
      return Response.ok(Map.of("active", active)).build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    } catch (IOException e) {
      if (entry != null) {
        audit.failed(entry, e);
      }
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }
}

package dev.residua.dashboard;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** The registry of models, and what becomes of trainings: to read. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
public class ModelsResource {
  private final ModelState state;

  @Inject
  public ModelsResource(ModelState state) {
    this.state = state;
  }

  @GET
  @Path("/models")
  public ModelState.Models models() {
    return state.models();
  }

  @GET
  @Path("/trainings")
  public List<ModelState.TrainingView> trainings() {
    return state.trainings();
  }
}

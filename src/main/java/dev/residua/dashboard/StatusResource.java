package dev.residua.dashboard;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** The service in short: counts, sources and last findings. */
@Path("/api/status")
public class StatusResource {
  private final LiveHistory state;

  @Inject
  public StatusResource(LiveHistory state) {
    this.state = state;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public LiveViews.Status status() {
    return state.status();
  }
}

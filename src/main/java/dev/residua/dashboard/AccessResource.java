package dev.residua.dashboard;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a page needs to know of the place where it runs: {@code GET /api/about}; and, with {@code
 * POST /api/access}, whether a token is let in, which is decided before the request comes here.
 */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
public class AccessResource {
  private final ServerInfo surroundings;

  @Inject
  public AccessResource(ServerInfo surroundings) {
    this.surroundings = surroundings;
  }

  @GET
  @Path("/about")
  public ServerInfo.About about() {
    return surroundings.about();
  }

  /** Reached only by requests whose token allows changes. */
  @POST
  @Path("/access")
  public Map<String, String> access(@Context RoutingContext request) {
    @Nullable String person = request.get(ControlResource.PRINCIPAL);
    return person == null ? Map.of() : Map.of("by", person);
  }
}

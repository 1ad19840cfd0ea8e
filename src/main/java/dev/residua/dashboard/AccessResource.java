package dev.residua.dashboard;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Facts about this process for the pages, {@code GET /api/about}; and with {@code POST /api/access}
 * whether a token allows changes, which is checked before a request arrives here.
 */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class AccessResource {
  private volatile About about = new About(product(), "", "", false);

  /**
   * Facts for the pages.
   *
   * @param product name and version of the product
   * @param kafka bootstrap servers; empty before this process has the dashboard role
   * @param framesTopic topic that frames go to
   * @param writable whether anybody may change something here
   */
  public record About(String product, String kafka, String framesTopic, boolean writable) {}

  private static String product() {
    String version = AccessResource.class.getPackage().getImplementationVersion();
    return version == null ? "Residua" : "Residua " + version;
  }

  /** The dashboard role has started. */
  public void open(String kafka, String framesTopic, boolean writable) {
    about = new About(product(), kafka, framesTopic, writable);
  }

  @GET
  @Path("/about")
  public About about() {
    return about;
  }

  /** Reached only by requests whose token allows changes. */
  @POST
  @Path("/access")
  public Map<String, String> access(@Context RoutingContext request) {
    @Nullable String person = request.get(ControlResource.PRINCIPAL);
    return person == null ? Map.of() : Map.of("by", person);
  }
}

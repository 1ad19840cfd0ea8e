package dev.residua.dashboard;

import dev.residua.access.AccessRole;
import dev.residua.access.Grant;
import dev.residua.access.Grants;
import dev.residua.access.Visitor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Facts about this process for the pages, {@code GET /api/about}, and the rights of the person of a
 * token, {@code GET /api/access}; with {@code POST /api/access} only if that is any change, which
 * is checked before a request arrives here.
 */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class AccessResource {
  /** Path of a request that changes nothing, though it may be a POST. */
  public static final String TRIED = "/api/access";

  private final Visitors visitors;
  private volatile About about = new About(product(), "", "", false);

  @Inject
  public AccessResource(Visitors visitors) {
    this.visitors = visitors;
  }

  /**
   * Facts for the pages.
   *
   * @param product name and version of the product
   * @param kafka bootstrap servers; empty before this process has the dashboard role
   * @param framesTopic topic that frames go to
   * @param writable whether anybody may change something here
   */
  public record About(String product, String kafka, String framesTopic, boolean writable) {}

  /**
   * Rights of a person.
   *
   * @param by authenticated name; null if there is none
   * @param grants such as {@code operator:scene=pumps}
   * @param see whether the source may be seen; without a source, anything
   * @param change whether commands about the source may be given; without a source, about any
   * @param configure whether rules of the source may be changed; without a source, of any
   * @param administer whether models of the scene may be changed; without a scene, of any
   */
  public record Access(
      @Nullable String by,
      List<String> grants,
      boolean see,
      boolean change,
      boolean configure,
      boolean administer) {}

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
  public Access tried() {
    return access(null, null);
  }

  /**
   * Rights of the person of this request.
   *
   * @param source with this source; null for any
   * @param scene with the models of this scene; null for any
   */
  @GET
  @Path("/access")
  public Access access(
      @QueryParam("source") @Nullable String source, @QueryParam("scene") @Nullable String scene) {
    Visitor visitor = visitors.now();
    Grants grants = visitor.person().grants();
    return new Access(
        visitor.person().name(),
        grants.all().stream().map(Grant::toString).toList(),
        source == null ? grants.allowAnywhere(AccessRole.VIEWER) : visitor.maySee(source),
        source == null ? grants.allowAnywhere(AccessRole.OPERATOR) : visitor.mayChange(source),
        source == null ? grants.allowAnywhere(AccessRole.OWNER) : visitor.mayConfigure(source),
        scene == null ? grants.administersAny() : visitor.mayAdminister(scene));
  }
}

package dev.residua.dashboard;

import jakarta.enterprise.context.ApplicationScoped;

/** Facts about this process for the pages, once it runs the dashboard. */
@ApplicationScoped
public class ServerInfo {
  private volatile About about = new About(product(), "", "", false);

  private static String product() {
    String version = ServerInfo.class.getPackage().getImplementationVersion();
    return version == null ? "Residua" : "Residua " + version;
  }

  public void open(String kafka, String framesTopic, boolean writable) {
    about = new About(product(), kafka, framesTopic, writable);
  }

  public About about() {
    return about;
  }

  /**
   * Facts for the pages.
   *
   * @param product name and version of the product
   * @param kafka bootstrap servers; empty before this process plays the dashboard
   * @param framesTopic topic that frames go to
   * @param writable whether anybody may change something here
   */
  public record About(String product, String kafka, String framesTopic, boolean writable) {}
}

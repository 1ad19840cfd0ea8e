package dev.residua.app.web;

import dev.residua.dashboard.ServerInfo;
import jakarta.enterprise.context.ApplicationScoped;

/** Facts about this process for the pages, once it runs the dashboard. */
@ApplicationScoped
public class LiveServerInfo implements ServerInfo {
  private volatile About about = new About(product(), "", "", false);

  private static String product() {
    String version = LiveServerInfo.class.getPackage().getImplementationVersion();
    return version == null ? "Residua" : "Residua " + version;
  }

  public void open(String kafka, String framesTopic, boolean writable) {
    about = new About(product(), kafka, framesTopic, writable);
  }

  @Override
  public About about() {
    return about;
  }
}

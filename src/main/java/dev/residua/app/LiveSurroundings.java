package dev.residua.app;

import dev.residua.dashboard.Surroundings;
import jakarta.enterprise.context.ApplicationScoped;

/** What the pages are told of this process, once it plays the dashboard. */
@ApplicationScoped
public class LiveSurroundings implements Surroundings {
  private volatile About about = new About(product(), "", "", false);

  private static String product() {
    String version = LiveSurroundings.class.getPackage().getImplementationVersion();
    return version == null ? "Residua" : "Residua " + version;
  }

  void open(String kafka, String framesTopic, boolean writable) {
    about = new About(product(), kafka, framesTopic, writable);
  }

  @Override
  public About about() {
    return about;
  }
}

package dev.residua.ingest;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The cameras that run, which follow the cameras that are wanted. A source never has two: a changed
 * camera starts after the old one has ended. For one thread.
 */
public final class CameraFleet implements AutoCloseable {
  private final int most;
  private final Function<CameraSettings, Camera> start;
  private final Map<String, Running> running = new LinkedHashMap<>();

  /** A camera that was started. */
  public interface Camera {
    /** Makes it end soon. */
    void stop();

    /** Returns true if its thread still runs. */
    boolean isRunning();
  }

  private static final class Running {
    private final CameraSettings settings;
    private final Camera camera;
    private boolean stopping;

    Running(CameraSettings settings, Camera camera) {
      this.settings = settings;
      this.camera = camera;
    }

    void stop() {
      if (!stopping) {
        stopping = true;
        camera.stop();
      }
    }
  }

  /**
   * @param most largest number of cameras, at least 1
   * @param start starts one
   */
  public CameraFleet(int most, Function<CameraSettings, Camera> start) {
    this.most = most;
    this.start = start;
  }

  /**
   * Stops cameras that are no longer wanted or have changed, and starts those that are missing, the
   * first names first. Call it again until nothing changes.
   *
   * @return number of cameras that are wanted but exceed the limit
   */
  public int update(Collection<CameraSettings> cameras) {
    Map<String, CameraSettings> wanted = new TreeMap<>();
    cameras.forEach(camera -> wanted.putIfAbsent(camera.source(), camera));
    for (Iterator<Running> each = running.values().iterator(); each.hasNext(); ) {
      Running one = each.next();
      if (!one.settings.equals(wanted.get(one.settings.source()))) {
        one.stop();
      }
      if (one.stopping && !one.camera.isRunning()) {
        each.remove();
      }
    }
    int beyond = 0;
    for (CameraSettings camera : wanted.values()) {
      if (!running.containsKey(camera.source())) {
        if (running.size() < most) {
          running.put(camera.source(), new Running(camera, start.apply(camera)));
        } else {
          beyond++;
        }
      }
    }
    return beyond;
  }

  /** Cameras that run or end. */
  public int size() {
    return running.size();
  }

  /** Makes all cameras end soon. */
  @Override
  public void close() {
    running.values().forEach(Running::stop);
  }
}

package dev.residua.dashboard;

/** Where the pages run; a port. */
public interface ServerInfo {
  About about();

  /**
   * Facts for the pages.
   *
   * @param product name and version of the product
   * @param kafka bootstrap servers; empty before this process plays the dashboard
   * @param framesTopic topic that frames go to
   * @param writable whether anybody may change something here
   */
  record About(String product, String kafka, String framesTopic, boolean writable) {}
}

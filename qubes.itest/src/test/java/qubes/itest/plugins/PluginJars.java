package qubes.itest.plugins;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.osgi.framework.Constants;

/** The plugins among the shipped bundles: those that provide what the core has contracts for. */
final class PluginJars {
    /** The services by which something is added to the core. */
    private static final List<String> CONTRACTS =
            List.of(
                    "qubes.core.vm.DomainFactory",
                    "qubes.core.storage.PoolDriver",
                    "qubes.core.hypervisor.Hypervisor",
                    "qubes.core.vm.DeviceClass",
                    "qubes.core.event.Extension",
                    "qubes.core.admin.AdminMethod");

    /** How clients talk to the system: it is there as long as they are. */
    private static final String ADMIN_API = "qubes.admin";

    /**
     * One plugin.
     *
     * @param name symbolic name
     */
    record PluginJar(String name, Path jar) {
        @Override
        public String toString() {
            return name;
        }
    }

    private PluginJars() {}

    /** All of them, by name. */
    static List<PluginJar> shipped() {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("qubes.bundles")))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .flatMap(PluginJars::plugin)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<PluginJar> plugin(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            var headers = jar.getManifest().getMainAttributes();
            String provided = headers.getValue(Constants.PROVIDE_CAPABILITY);
            String name = headers.getValue(Constants.BUNDLE_SYMBOLICNAME).split(";", 2)[0];
            return provided != null
                            && !name.equals(ADMIN_API)
                            && CONTRACTS.stream().anyMatch(provided::contains)
                    ? Stream.of(new PluginJar(name, file))
                    : Stream.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

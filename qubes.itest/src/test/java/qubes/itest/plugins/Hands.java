package qubes.itest.plugins;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import qubes.itest.plugins.PluginJars.PluginJar;
import qubes.testkit.Await;
import qubes.testkit.EmbeddedFelix;

/** The ways in which an operator installs, updates and removes bundles of a running system. */
final class Hands {
    /** One way, from a plugin that runs to one that runs. */
    enum Hand {
        API {
            @Override
            void use(Hands hands, PluginJar plugin) throws Exception {
                Bundle bundle = hands.bundle(plugin);
                bundle.stop();
                bundle.start();
                bundle.update();
                hands.refresh(bundle);
                bundle.uninstall();
                hands.install(plugin);
            }
        },
        SHELL {
            @Override
            void use(Hands hands, PluginJar plugin) throws Exception {
                Bundle bundle = hands.bundle(plugin);
                hands.shell("stop $plugin", bundle);
                hands.shell("start " + bundle.getBundleId(), bundle);
                hands.shell("update $plugin", bundle);
                hands.shell("refresh $plugin", bundle);
                hands.shell("uninstall $plugin", bundle);
                hands.shell("start " + plugin.jar().toUri(), bundle);
            }
        },
        FOLDER {
            @Override
            void use(Hands hands, PluginJar plugin) throws Exception {
                hands.bundle(plugin).uninstall();
                Path dropped = hands.drop(plugin, 0);
                hands.awaitActive(plugin);
                long before = hands.bundle(plugin).getLastModified();
                hands.drop(plugin, 1);
                Await.until(
                        plugin + " is updated",
                        () -> hands.find(plugin).map(Bundle::getLastModified).orElse(0L) > before);
                hands.awaitActive(plugin);
                Files.delete(dropped);
                Await.until(plugin + " is gone", () -> hands.find(plugin).isEmpty());
                hands.install(plugin);
            }
        };

        /** Does everything that can be done this way. */
        abstract void use(Hands hands, PluginJar plugin) throws Exception;
    }

    private final BundleContext bundles;
    private final Object shell;
    private final Path folder;
    private final Path aside;

    /** Starts what the hands need: a shell, and a folder that is looked at. */
    Hands(EmbeddedFelix felix, Path home) throws Exception {
        this.bundles = felix.context();
        this.folder = Files.createDirectory(home.resolve("plugins"));
        this.aside = Files.createDirectory(home.resolve("aside"));
        felix.start("org.apache.felix.gogo.runtime", "org.apache.felix.gogo.command");
        var reference =
                bundles.getServiceReference("org.apache.felix.service.command.CommandProcessor");
        Object processor = bundles.getService(reference);
        this.shell =
                processor
                        .getClass()
                        .getMethod(
                                "createSession",
                                InputStream.class,
                                OutputStream.class,
                                OutputStream.class)
                        .invoke(
                                processor,
                                new ByteArrayInputStream(new byte[0]),
                                new ByteArrayOutputStream(),
                                new ByteArrayOutputStream());
        felix.service(ConfigurationAdmin.class)
                .createFactoryConfiguration("org.apache.felix.fileinstall", "?")
                .update(
                        new Hashtable<>(
                                Map.of(
                                        "felix.fileinstall.dir", folder.toString(),
                                        "felix.fileinstall.tmpdir", aside.toString(),
                                        "felix.fileinstall.poll", "50")));
        felix.start("org.apache.felix.fileinstall");
    }

    private Optional<Bundle> find(PluginJar plugin) {
        return Arrays.stream(bundles.getBundles())
                .filter(bundle -> plugin.name().equals(bundle.getSymbolicName()))
                .findFirst();
    }

    private Bundle bundle(PluginJar plugin) {
        return find(plugin).orElseThrow(() -> new AssertionError(plugin + " is not there"));
    }

    /** What defines the plugin's classes now. */
    WeakReference<ClassLoader> classes(PluginJar plugin) {
        return new WeakReference<>(bundle(plugin).adapt(BundleWiring.class).getClassLoader());
    }

    private void install(PluginJar plugin) throws Exception {
        bundles.installBundle(plugin.jar().toUri().toString()).start();
    }

    private void awaitActive(PluginJar plugin) throws Exception {
        Await.until(
                plugin + " is active",
                () -> find(plugin).filter(b -> b.getState() == Bundle.ACTIVE).isPresent());
    }

    private void refresh(Bundle bundle) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        bundles.getBundle(0)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle), event -> done.countDown());
        if (!done.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the refresh of " + bundle + " does not end");
        }
    }

    /** Runs a command line in which {@code $plugin} is the bundle. */
    private void shell(String command, Bundle plugin) throws Exception {
        Class<?> session = shell.getClass();
        session.getMethod("put", String.class, Object.class).invoke(shell, "plugin", plugin);
        session.getMethod("execute", CharSequence.class).invoke(shell, command);
    }

    /** As a package manager does: under its name the jar is there as a whole, and new. */
    private Path drop(PluginJar plugin, int version) throws Exception {
        Path copy = Files.copy(plugin.jar(), aside.resolve(plugin.name()));
        long now = Files.getLastModifiedTime(copy).toMillis();
        Files.setLastModifiedTime(
                copy, java.nio.file.attribute.FileTime.fromMillis(now + 1000L * version));
        Path target = folder.resolve(plugin.name() + ".jar");
        return Files.move(
                copy, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}

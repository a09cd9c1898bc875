package qubes.daemon;

import java.io.File;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.plugin.Plugins;

/**
 * Takes the files in the watched folders that cannot be bundles, so that they are told of in words
 * and remembered until they are gone or whole. File Install offers each file that is new or
 * changed, one at a time.
 */
@Component(
        service = ArtifactInstaller.class,
        property = "service.ranking:Integer=1000",
        immediate = true)
public final class DropFolder implements ArtifactInstaller {
    private static final String FOLDERS = "felix.fileinstall.dir";
    private static final String PLUGINS = "plugins";
    private static final String KIND = "file";

    private final Plugins plugins;
    private final Set<File> refused = new HashSet<>(); // guarded by this

    /** Looks at what lies there already: that was offered to others before. */
    @Activate
    public DropFolder(BundleContext context, @Reference Plugins plugins) {
        this.plugins = plugins;
        String folders = context.getProperty(FOLDERS);
        for (String folder : folders == null ? new String[0] : folders.split(",")) {
            File[] files = new File(folder.strip()).listFiles();
            for (File file : files == null ? new File[0] : files) {
                if (canHandle(file)) {
                    install(file);
                }
            }
        }
    }

    @Override
    public boolean canHandle(File file) {
        forgetGone();
        return isMeantAsPlugin(file) && JarReason.of(file).isPresent();
    }

    private static boolean isMeantAsPlugin(File file) {
        return !file.isHidden()
                && (file.getName().endsWith(".jar")
                        || file.isDirectory() && PLUGINS.equals(file.getParentFile().getName()));
    }

    @Override
    public synchronized void install(File file) {
        Optional<String> reason = JarReason.of(file);
        if (reason.isPresent()) {
            refused.add(file);
            plugins.trouble(file.getName(), KIND, reason.get());
        }
    }

    @Override
    public void update(File file) {
        install(file);
    }

    @Override
    public synchronized void uninstall(File file) {
        if (refused.remove(file)) {
            plugins.settled(file.getName(), KIND);
        }
    }

    private synchronized void forgetGone() {
        refused.removeIf(
                file -> {
                    boolean gone = JarReason.of(file).isEmpty() || !file.exists();
                    if (gone) {
                        plugins.settled(file.getName(), KIND);
                    }
                    return gone;
                });
    }
}

package com.example.container;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import qubes.core.error.QubesValueError;
import qubes.core.event.Lifecycle;
import qubes.core.property.Checks;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.vm.DomainContext;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;

/**
 * A domain that is an LXC container: it shares the host's kernel and has a folder of the host as
 * its root. It has no volumes.
 *
 * <p>An object of this class is a thin view of a record that the core keeps: it has no fields of
 * its own, and may be made anew at any time.
 */
public final class Container extends QubesVM {
    /** The klass, as the store and clients know it. */
    static final String KLASS = "Container";

    private static final Pattern FOLDER = Pattern.compile("(/(?!\\.\\.?(/|$))[^/\\p{Cntrl}]+)+");
    private static final Pattern VARIABLES =
            Pattern.compile("([A-Za-z_][A-Za-z0-9_]*=[^ \\p{Cntrl}]*( |$))*");

    /** The folder that the container has as its root. Checks are quick: whether it is there is
     * asked at start. */
    public static final Property<Optional<String>> ROOTFS =
            Property.of(Container.class, "rootfs", PropertyType.OPTIONAL_STR)
                    .doc("Folder of the host that the container has as its root. Read at start.")
                    .defaultsTo(Optional.empty())
                    .check(
                            Checks.that(
                                    "is an absolute path without . and ..",
                                    folder -> folder.stream().allMatch(Container::isPath)))
                    .define();

    /** What the container runs first; it ends when that does. */
    public static final Property<String> INIT =
            Property.of(Container.class, "init", PropertyType.STR)
                    .doc("Program in the container's root that it runs, and ends with.")
                    .defaultsTo("/sbin/init")
                    .check(Checks.that("is an absolute path without . and ..", Container::isPath))
                    .define();

    /** What that program finds in its environment. */
    public static final Property<String> ENVIRONMENT =
            Property.of(Container.class, "environment", PropertyType.STR)
                    .doc("Environment of the program: NAME=value, several with a space between.")
                    .defaultsTo("")
                    .check(
                            Checks.that(
                                    "is NAME=value, several with a space between",
                                    text -> VARIABLES.matcher(text).matches()))
                    .define();

    /** Containers run on the host's kernel: where other domains have a default, they have none. */
    public static final Property<String> NO_KERNEL =
            QubesVM.KERNEL.redeclaredFor(Container.class).defaultsTo("").define();

    /** What the klass declares beyond {@link QubesVM}. */
    static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend(KLASS)
                    .declare(ROOTFS, INIT, ENVIRONMENT)
                    .override(NO_KERNEL)
                    .on(Lifecycle.PreStart.class, Container.class, Container::refuseWithoutRoot)
                    .define();

    Container(DomainContext context) {
        super(context);
    }

    /** The folder that is its root; absent while nobody has set it. */
    Optional<Path> root() {
        return get(ROOTFS).map(Path::of);
    }

    /** Before a start: a handler that throws refuses it. It may look at files, others may not. */
    private void refuseWithoutRoot(Lifecycle.PreStart event) {
        Path root =
                root().orElseThrow(
                                () ->
                                        new QubesValueError(
                                                name()
                                                        + " has no root filesystem: set its"
                                                        + " property rootfs to a folder"));
        if (!Files.isDirectory(root)) {
            throw new QubesValueError(name() + ": rootfs " + root + " is not a folder");
        }
        Path init = root.resolve(get(INIT).substring(1));
        if (!Files.exists(init, LinkOption.NOFOLLOW_LINKS)) {
            throw new QubesValueError(name() + ": there is no init " + init);
        }
    }

    private static boolean isPath(String text) {
        return FOLDER.matcher(text).matches();
    }
}

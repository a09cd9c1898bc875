package qubes.core.vm;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.Repr;
import qubes.core.event.PropertyPreSet;
import qubes.core.property.PropertyHolder;
import qubes.core.state.PoolRecord;

/** Kernels on the host, one folder each (spec vm-classes §3.7, §4.2). */
final class Kernels {
    private static final String PVH_LOADER = "pvgrub2-pvh";
    private static final String PV_LOADER = "pvgrub2";
    private static final String IMAGE = "vmlinuz";

    private Kernels() {}

    /**
     * A kernel's name that may be set: empty, or one that is installed. Looks at the file system.
     *
     * @throws QubesPropertyValueError if it is not installed
     */
    static String checked(PropertyHolder holder, String kernel) {
        refuseMissing(holder.as(Qubes.class).orElseGet(() -> ((BaseVM) holder).qubes()), kernel);
        return kernel;
    }

    /**
     * What may be the name of a kernel, installed or not.
     *
     * @throws QubesPropertyValueError if it leads to another folder
     */
    static void refusePath(String kernel) {
        if (kernel.contains("/")) {
            throw new QubesPropertyValueError("Kernel name cannot contain '/'");
        }
    }

    /** A handler: the kernel that is about to be set must be installed. */
    static void refuseMissing(QubesVM vm, PropertyPreSet event) {
        refuseMissing(vm.qubes(), (String) event.newValue());
    }

    private static void refuseMissing(Qubes qubes, String kernel) {
        if (kernel.isEmpty()) {
            return;
        }
        refusePath(kernel);
        Path directory = folder(directory(qubes), kernel);
        if (!Files.isDirectory(directory)) {
            throw new QubesPropertyValueError("Kernel " + Repr.quote(kernel) + " not installed");
        }
        if (!Files.exists(directory.resolve(IMAGE))) {
            throw new QubesPropertyValueError(
                    "Kernel "
                            + Repr.quote(kernel)
                            + " not properly installed: missing 'vmlinuz' file");
        }
    }

    private static Path folder(Path directory, String kernel) {
        try {
            return directory.resolve(kernel);
        } catch (InvalidPathException e) {
            throw new QubesPropertyValueError("Kernel name cannot be the name of a folder", e);
        }
    }

    /** Where the kernels are for domains that do not say otherwise. */
    static Path directory(Qubes qubes) {
        return directory(qubes, qubes.find(Globals.DEFAULT_POOL_KERNEL));
    }

    private static Path directory(Qubes qubes, Optional<String> pool) {
        return pool.flatMap(name -> qubes.pools().find(name))
                .map(PoolRecord::attributes)
                .map(attributes -> attributes.get("dir_path"))
                .map(Path::of)
                .orElseGet(() -> own(qubes));
    }

    private static Path own(Qubes qubes) {
        return qubes.baseDirectory().resolve("vm-kernels");
    }

    /** Where the domain's kernel is, in the pool of its volume {@code kernel}, if it has one. */
    private static Optional<Path> folder(QubesVM vm) {
        Optional<String> pool =
                Optional.ofNullable(vm.record().volumes().get("kernel"))
                        .flatMap(volume -> volume.text("pool"))
                        .or(() -> vm.qubes().find(Globals.DEFAULT_POOL_KERNEL));
        return name(vm).map(kernel -> folder(directory(vm.qubes(), pool), kernel));
    }

    private static Optional<String> name(QubesVM vm) {
        return vm.find(QubesVM.KERNEL).filter(kernel -> !kernel.isEmpty());
    }

    /**
     * The file of that name of a domain's kernel, if the domain has a kernel and the file is there.
     * Looks at the file system.
     */
    static Optional<Path> file(QubesVM vm, String name) {
        return folder(vm).map(folder -> folder.resolve(name)).filter(Files::exists);
    }

    /**
     * The kernel to boot, there or not: the domain's, or the loader that finds one in its volumes;
     * absent if its firmware does that.
     */
    static Optional<Path> image(QubesVM vm) {
        Optional<Path> folder = folder(vm);
        if (folder.isPresent()) {
            return folder.map(kernel -> kernel.resolve(IMAGE));
        }
        return loader(vm).map(loader -> own(vm.qubes()).resolve(loader).resolve(IMAGE));
    }

    private static Optional<String> loader(QubesVM vm) {
        return switch (vm.get(QubesVM.VIRT_MODE)) {
            case "pvh" -> Optional.of(PVH_LOADER);
            case "pv" -> Optional.of(PV_LOADER);
            default -> Optional.empty();
        };
    }

    /** True if what the guest boots in the end is a kernel in its own volumes. */
    static boolean fromGuest(QubesVM vm) {
        Optional<String> kernel = name(vm);
        return kernel.isEmpty() || kernel.equals(loader(vm));
    }
}

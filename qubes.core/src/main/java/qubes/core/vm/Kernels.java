package qubes.core.vm;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.property.PropertyHolder;
import qubes.core.state.PoolRecord;

/** Kernels on the host, one folder each, in the directory of the default kernel pool. */
final class Kernels {
    private Kernels() {}

    /**
     * A kernel's name that may be set: empty, or one that is installed. Looks at the file system.
     *
     * @throws QubesPropertyValueError if it is not installed
     */
    static String checked(PropertyHolder holder, String kernel) {
        if (kernel.isEmpty()) {
            return kernel;
        }
        if (kernel.contains("/")) {
            throw new QubesPropertyValueError("Kernel name cannot contain '/'");
        }
        Qubes qubes = holder.as(Qubes.class).orElseGet(() -> ((BaseVM) holder).qubes());
        Path directory = folder(qubes, kernel);
        if (!Files.isDirectory(directory)) {
            throw new QubesPropertyValueError("Kernel '" + kernel + "' not installed");
        }
        if (!Files.exists(directory.resolve("vmlinuz"))) {
            throw new QubesPropertyValueError(
                    "Kernel '" + kernel + "' not properly installed: missing 'vmlinuz' file");
        }
        return kernel;
    }

    private static Path folder(Qubes qubes, String kernel) {
        try {
            return directory(qubes).resolve(kernel);
        } catch (InvalidPathException e) {
            throw new QubesPropertyValueError("Kernel name cannot be the name of a folder", e);
        }
    }

    /** Where the kernels are. */
    static Path directory(Qubes qubes) {
        return qubes.find(Globals.DEFAULT_POOL_KERNEL)
                .flatMap(pool -> qubes.pools().find(pool))
                .map(PoolRecord::attributes)
                .map(attributes -> attributes.get("dir_path"))
                .map(Path::of)
                .orElseGet(() -> qubes.baseDirectory().resolve("vm-kernels"));
    }

    /**
     * The file of that name of a domain's kernel, if the domain has a kernel and the file is there.
     */
    static Optional<Path> file(QubesVM vm, String name) {
        return vm.find(QubesVM.KERNEL)
                .filter(kernel -> !kernel.isEmpty())
                .map(kernel -> directory(vm.qubes()).resolve(kernel).resolve(name))
                .filter(Files::exists);
    }
}

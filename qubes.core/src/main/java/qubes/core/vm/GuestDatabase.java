package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The database that each running domain shares with dom0, QubesDB: values by path, as {@code
 * /qubes-tools/qrexec}. Both sides read and write it, so all that is read here is the domain's word
 * and must be checked by whoever uses it.
 *
 * <p>An OSGi service, provided by whatever bundle reaches the databases; without one, domains have
 * no entries. Methods block on the database. They may be called by several threads at once and must
 * not be called under the model lock. A domain that does not run, or whose database cannot be
 * reached, has no entries: that is for the log, not an error.
 */
@ConsumerType
public interface GuestDatabase {
    /**
     * {@return the paths that begin with {@code prefix}, in full, in the order of their names} A
     * prefix that is to be a folder ends in {@code /}.
     *
     * @param vm the domain whose database it is
     * @param prefix what paths begin with
     */
    List<String> list(BaseVM vm, String prefix);

    /**
     * {@return the value at {@code path}, its bytes as the domain wrote them; absent if there is
     * none}
     *
     * @param vm the domain whose database it is
     * @param path the whole path
     */
    Optional<byte[]> read(BaseVM vm, String path);
}

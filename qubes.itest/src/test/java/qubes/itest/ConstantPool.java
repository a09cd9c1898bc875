package qubes.itest;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The texts in a class file's constant pool.
 *
 * @param texts every text: names, descriptors of annotations, literals
 * @param strings the string literals among them, which ArchUnit does not tell
 */
record ConstantPool(List<String> texts, List<String> strings) {
    private static final int MAGIC = 0xCAFEBABE;

    ConstantPool {
        texts = List.copyOf(texts);
        strings = List.copyOf(strings);
    }

    /** Reads a class file as far as chapter 4.4 of the JVM specification describes. */
    static ConstantPool read(InputStream classFile) throws IOException {
        DataInputStream in = new DataInputStream(classFile);
        if (in.readInt() != MAGIC) {
            throw new IOException("not a class file");
        }
        in.readInt(); // version
        int count = in.readUnsignedShort();
        String[] entries = new String[count];
        List<String> texts = new ArrayList<>();
        List<Integer> strings = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> {
                    entries[i] = in.readUTF();
                    texts.add(entries[i]);
                }
                case 8 -> strings.add(in.readUnsignedShort());
                case 7, 16, 19, 20 -> in.readUnsignedShort();
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.readInt();
                case 5, 6 -> {
                    in.readLong();
                    i++; // takes two entries
                }
                case 15 -> {
                    in.readUnsignedByte();
                    in.readUnsignedShort();
                }
                default -> throw new IOException("constant of tag " + tag);
            }
        }
        return new ConstantPool(texts, strings.stream().map(index -> entries[index]).toList());
    }
}

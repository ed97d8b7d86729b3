namespace Serverless.Storage.Tables;

/// <summary>Types of Thrift's compact protocol, by their numbers in field and list headers.</summary>
internal enum ThriftType : byte
{
    /// <summary>The end of a struct.</summary>
    Stop = 0,
    True = 1,
    False = 2,
    Byte = 3,
    Int16 = 4,
    Int32 = 5,
    Int64 = 6,
    Double = 7,
    Binary = 8,
    List = 9,
    Set = 10,
    Map = 11,
    Struct = 12,
}

/// <summary>A field of a struct that is being read.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Type">Its type; of a boolean, its value.</param>
internal readonly record struct ThriftField(int Id, ThriftType Type);

/// <summary>
/// Walks bytes in Thrift's compact protocol; whoever reads knows the structs
/// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
/// </summary>
/// <param name="bytes">The bytes. Anything that does not fit into them is a <see cref="FormatException"/>.</param>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int position;
    private int depth;

    /// <summary>Starts a struct: the field before its first.</summary>
    internal void BeginStruct(out ThriftField field)
    {
        if (++depth > MaxDepth) throw new FormatException("its structs are nested too deep");
        field = default;
    }

    /// <summary>Goes to the struct's next field, whose value must be read or skipped; false after the last, which ends the struct.</summary>
    internal bool NextField(ref ThriftField field)
    {
        var header = ReadByte();
        var type = (ThriftType)(header & 15);
        if (type == ThriftType.Stop)
        {
            depth--;
            return false;
        }

        var step = header >> 4;
        field = new ThriftField(step == 0 ? (int)ReadInteger() : field.Id + step, type);
        return true;
    }

    /// <summary>A whole number of 16 to 64 bits: zigzag in 7 bits a byte, the lowest first.</summary>
    internal long ReadInteger()
    {
        var raw = ReadVarint();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    /// <summary>Bytes, or a text.</summary>
    internal ReadOnlySpan<byte> ReadBinary() => Take(ReadVarint());

    /// <summary>How many elements follow, and of what type.</summary>
    internal (int Count, ThriftType Type) ReadListHeader()
    {
        var header = ReadByte();
        var count = header >> 4 == 15 ? ReadVarint() : (ulong)(header >> 4);
        return (Fitting(count), (ThriftType)(header & 15));
    }

    /// <summary>Passes over a field's value.</summary>
    internal void Skip(ThriftType type)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                break;
            case ThriftType.Struct:
                BeginStruct(out var field);
                while (NextField(ref field)) Skip(field.Type);
                break;
            case ThriftType.List or ThriftType.Set:
                SkipList();
                break;
            case ThriftType.Map:
                SkipMap();
                break;
            default:
                SkipElement(type);
                break;
        }
    }

    private void SkipList()
    {
        var (count, type) = ReadListHeader();
        for (var i = 0; i < count; i++) SkipElement(type);
    }

    private void SkipMap()
    {
        var count = Fitting(ReadVarint());
        var types = count == 0 ? (byte)0 : ReadByte();
        for (var i = 0; i < count; i++)
        {
            SkipElement((ThriftType)(types >> 4));
            SkipElement((ThriftType)(types & 15));
        }
    }

    /// <summary>Unlike a field's, a boolean that is an element has a byte.</summary>
    private void SkipElement(ThriftType type)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False or ThriftType.Byte:
                Take(1);
                break;
            case ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64:
                ReadVarint();
                break;
            case ThriftType.Double:
                Take(sizeof(double));
                break;
            case ThriftType.Binary:
                ReadBinary();
                break;
            case ThriftType.List or ThriftType.Set or ThriftType.Map or ThriftType.Struct:
                if (++depth > MaxDepth) throw new FormatException("its values are nested too deep");
                Skip(type);
                depth--;
                break;
            default:
                throw new FormatException($"it has a value of the unknown type {(int)type}");
        }
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }

        throw new FormatException("it has a number of more than 64 bits");
    }

    private byte ReadByte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(ulong count)
    {
        var taken = bytes.Slice(position, Fitting(count));
        position += taken.Length;
        return taken;
    }

    /// <summary>Nothing has more elements than bytes are left.</summary>
    private readonly int Fitting(ulong count) =>
        count <= (ulong)(bytes.Length - position) ? (int)count : throw new FormatException("it ends early");
}

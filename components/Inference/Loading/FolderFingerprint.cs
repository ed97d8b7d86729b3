using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Serverless.Inference.Loading.Hub;

namespace Serverless.Inference.Loading;

/// <summary>
/// Tells model folders apart by what they hold, wherever they lie and whenever they were copied: names and sizes of the files that
/// matter, the whole content of small ones, and pieces of large ones, so that it takes milliseconds for any model.
/// </summary>
internal static class FolderFingerprint
{
    /// <summary>Up to this size, every byte counts.</summary>
    private const long Whole = 16 << 20;

    /// <summary>Larger files: so many pieces, spread evenly from the first byte to the last. Training changes every piece of a weight file.</summary>
    private const int Pieces = 64;
    private const int PieceSize = 4096;

    /// <summary><c>sha256:</c> and 64 hexadecimal digits.</summary>
    /// <exception cref="InferenceException">A file cannot be read.</exception>
    public static string Of(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        foreach (string path in Directory.EnumerateFiles(folder).Where(path => HubFiles.Matters(Path.GetFileName(path))).OrderBy(path => Path.GetFileName(path), StringComparer.Ordinal))
        {
            try
            {
                Add(hash, path, buffer);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ModelErrors.File(path, $"cannot be read: {e.Message}", e);
            }
        }

        return "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, string path, byte[] buffer)
    {
        using var file = File.OpenHandle(path);
        long size = RandomAccess.GetLength(file);
        hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
        Span<byte> end = stackalloc byte[9];
        BinaryPrimitives.WriteInt64LittleEndian(end[1..], size);
        hash.AppendData(end);

        if (size <= Whole)
        {
            for (long offset = 0; RandomAccess.Read(file, buffer, offset) is > 0 and var count; offset += count) hash.AppendData(buffer.AsSpan(0, count));
            return;
        }

        for (int piece = 0; piece < Pieces; piece++)
        {
            long offset = (long)((size - PieceSize) * (double)piece / (Pieces - 1));
            int count = RandomAccess.Read(file, buffer.AsSpan(0, PieceSize), offset);
            hash.AppendData(buffer.AsSpan(0, count));
        }
    }
}

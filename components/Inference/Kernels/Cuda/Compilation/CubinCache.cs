using System.Security.Cryptography;
using System.Text;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// Compiled code on disk, one file for each key: SHA-256 of the code, then the code. A file appears whole or not at all; one that is
/// damaged counts as absent.
/// </summary>
/// <param name="folder">Where; made when something is first kept.</param>
internal sealed class CubinCache(string folder)
{
    /// <summary>A name for exactly this compilation: SHA-256, in hexadecimal, of everything that the code depends on.</summary>
    /// <param name="source">CUDA C++.</param>
    /// <param name="options">The compiler's options in their order, with the architecture.</param>
    /// <param name="compiler">NVRTC's version.</param>
    /// <param name="driver">The CUDA version of the driver.</param>
    public static string Key(string source, IReadOnlyList<string> options, Version compiler, Version driver)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in (string[])[source, options.Count.ToString(), .. options, compiler.ToString(), driver.ToString()])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The code of a key, or null.</summary>
    public byte[]? Find(string key)
    {
        try
        {
            byte[] file = File.ReadAllBytes(PathOf(key));
            byte[] code = file[Math.Min(SHA256.HashSizeInBytes, file.Length)..];
            return code.Length > 0 && SHA256.HashData(code).AsSpan().SequenceEqual(file.AsSpan(0, SHA256.HashSizeInBytes)) ? code : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No such file, or none that this account may read: the code is compiled instead.
            return null;
        }
    }

    /// <summary>Keeps code under a key.</summary>
    /// <returns>False if the folder cannot be written; the next process compiles again.</returns>
    public bool TryKeep(string key, ReadOnlySpan<byte> code)
    {
        string path = PathOf(key);
        string temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            Directory.CreateDirectory(folder);
            using (var file = File.Create(temporary))
            {
                file.Write(SHA256.HashData(code));
                file.Write(code);
            }

            File.Move(temporary, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string PathOf(string key) => Path.Combine(folder, key + ".cubin");
}

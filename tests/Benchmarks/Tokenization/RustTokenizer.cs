using System.Diagnostics;
using System.Globalization;
using Serverless.Benchmarks.Peers;

namespace Serverless.Benchmarks.Tokenization;

/// <summary>Hugging Face's Rust tokenizers in a Node process of their own, one thread; peers/tokenizer.mjs is the other end.</summary>
internal sealed class RustTokenizer : IDisposable
{
    private readonly Process _process;

    public RustTokenizer(string tokenizer, string texts)
    {
        string script = Path.Combine(PeerPackages.Folder, "tokenizer.mjs");
        _process = Process.Start(new ProcessStartInfo("node", [script, tokenizer, texts]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })
            ?? throw new InvalidOperationException("node did not start.");
    }

    /// <summary>Encodes all texts twice with a new tokenizer.</summary>
    public async Task<Passes> RunAsync()
    {
        await _process.StandardInput.WriteLineAsync("run");
        string line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("peers/tokenizer.mjs ended early; its message stands above.");
        string[] fields = line.Split(' ');
        return new Passes(
            double.Parse(fields[0], CultureInfo.InvariantCulture), double.Parse(fields[1], CultureInfo.InvariantCulture), uint.Parse(fields[2], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}

/// <summary>Two passes over the same texts.</summary>
/// <param name="First">Seconds of the first, with nothing in any cache.</param>
/// <param name="Second">Seconds of the second.</param>
/// <param name="Checksum">Of all tokens, in order.</param>
internal readonly record struct Passes(double First, double Second, uint Checksum);

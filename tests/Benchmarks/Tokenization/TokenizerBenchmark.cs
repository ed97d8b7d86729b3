using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Serverless.Benchmarks.Peers;
using Serverless.Benchmarks.Report;
using Serverless.Inference.Tokenization;

namespace Serverless.Benchmarks.Tokenization;

/// <summary>Encoding beside Hugging Face's Rust tokenizers: the same tokenizer.json, the same texts, one thread each, in turn.</summary>
public static class TokenizerBenchmark
{
    private const int Rounds = 5;
    private const int Documents = 1000;
    private const int WordsPerDocument = 500;

    /// <summary>Makes text and tokenizers, runs both and prints the table.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        bool peer = PeerPackages.Find("@anush008/tokenizers") is not null;
        string[] texts = MixedText.Documents(Documents, WordsPerDocument);
        double megabytes = texts.Sum(Encoding.UTF8.GetByteCount) / 1e6;
        output.WriteLine("## Tokenizer");
        output.WriteLine();
        output.WriteLine($"MB/s of UTF-8, {megabytes:F1} MB of mixed text in {Documents} documents, one thread, beside the Rust tokenizers (npm @anush008/tokenizers, " +
            $"whose encode gives offsets too); medians of {Rounds} rounds in turn. A first pass has nothing in its caches. Bar: 1.0, goal 2.0.");
        output.WriteLine();
        string folder = Directory.CreateTempSubdirectory("serverless-benchmark-").FullName;
        try
        {
            string textFile = Path.Combine(folder, "texts.json");
            await File.WriteAllTextAsync(textFile, JsonSerializer.Serialize(texts));
            var table = new MarkdownTable("tokenizer", "pass", "Rust", "ours", "ratio", "same tokens");
            foreach (TokenizerStyle style in TokenizerStyle.All)
            {
                style.Write(Path.Combine(folder, "tokenizer.json"), texts);
                using RustTokenizer? rust = peer ? new RustTokenizer(Path.Combine(folder, "tokenizer.json"), textFile) : null;
                await CompareAsync(table, style.Name, folder, texts, megabytes, rust);
            }

            table.Write(output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CompareAsync(MarkdownTable table, string name, string folder, string[] texts, double megabytes, RustTokenizer? rust)
    {
        List<Passes> ours = [];
        List<Passes> theirs = [];
        for (int round = 0; round <= Rounds; round++)
        {
            if (rust is not null)
                theirs.Add(await rust.RunAsync());
            ours.Add(Encode(folder, texts));
        }

        string same = rust is null ? "-" : ours[0].Checksum == theirs[0].Checksum ? "yes" : "NO";
        foreach ((string pass, Func<Passes, double> seconds) in (ReadOnlySpan<(string, Func<Passes, double>)>)[("first", p => p.First), ("second", p => p.Second)])
        {
            double own = Measure.Median([.. ours.Skip(1).Select(seconds)]);
            double other = rust is null ? double.NaN : Measure.Median([.. theirs.Skip(1).Select(seconds)]);
            table.Add(name, pass, $"{megabytes / other:F1}", $"{megabytes / own:F1}", $"{other / own:F1}", same);
        }
    }

    private static Passes Encode(string folder, string[] texts)
    {
        Tokenizer tokenizer = Tokenizer.Load(folder);
        uint checksum = 0;
        double first = Time(() =>
        {
            foreach (string text in texts)
            {
                foreach (int id in tokenizer.Encode(text))
                    checksum = unchecked(checksum * 31 + (uint)id);
            }
        });
        return new Passes(first, Time(() => Array.ForEach(texts, text => tokenizer.Encode(text))), checksum);
    }

    private static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Serverless.Inference.Loading;
using Serverless.Inference.Tests.Loading;

namespace Serverless.Inference.Tests.Models;

/// <summary>What transformers says about one small model: see Fixtures/models/make.py.</summary>
internal sealed class ModelFixture
{
    private readonly string source;
    private readonly FixtureFile file;

    private ModelFixture(string source)
    {
        this.source = source;
        file = JsonSerializer.Deserialize<FixtureFile>(File.ReadAllText(Path.Combine(source, "fixture.json")), JsonSerializerOptions.Web)!;
    }

    /// <summary>Names of all fixtures.</summary>
    public static IReadOnlyList<string> Names => [.. Directory.GetDirectories(Root()).Select(folder => Path.GetFileName(folder)).Order()];

    /// <summary>Prompts with what should come out.</summary>
    public IReadOnlyList<FixturePrompt> Prompts => file.Prompts;

    /// <summary>How far transformers in bfloat16 is from itself in float32, relative to the largest logit.</summary>
    public double BFloat16Deviation => file.Bf16_deviation;

    public static ModelFixture Load(string name) => new(Path.Combine(Root(), name));

    /// <summary>Writes the model as a folder that the engine can open.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="config">Changes the text of config.json.</param>
    public void Write(TemporaryFolder folder, Func<string, string>? config = null)
    {
        foreach (string path in Directory.GetFiles(source)) File.Copy(path, folder.File(Path.GetFileName(path)), overwrite: true);
        File.Delete(folder.File("logits.safetensors"));
        folder.With("config.json", (config ?? (text => text))(File.ReadAllText(Path.Combine(source, "config.json"))));
        if (file.Tensors.Count == 0) return;

        var data = new List<byte>();
        var header = new List<string>();
        foreach (var tensor in file.Tensors)
        {
            int begin = data.Count;
            int count = tensor.Shape.Aggregate(1, (product, size) => product * size);
            data.AddRange(FixtureNumbers.Encode(FixtureNumbers.Of(file.Seed, tensor.Name, count, tensor.Exponent, file.Bits), file.Storage));
            header.Add($$""" "{{tensor.Name}}":{"dtype":"{{file.Storage}}","shape":[{{string.Join(',', tensor.Shape)}}],"data_offsets":[{{begin}},{{data.Count}}]} """);
        }

        folder.With("model.safetensors", SafetensorsBytes.Raw($"{{{string.Join(',', header)}}}", CollectionsMarshal.AsSpan(data)));
    }

    /// <summary>Expected logits of a prompt, one row for each of its <see cref="FixturePrompt.Positions"/>.</summary>
    public IReadOnlyList<float[]> Logits(int prompt)
    {
        using var expected = SafetensorsFile.Open(Path.Combine(source, "logits.safetensors"));
        var tensor = expected.Get($"prompt.{prompt}");
        return [.. MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray().Chunk(tensor.Shape[1])];
    }

    private static string Root([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "Fixtures", "models");

    private sealed record FixtureFile(long Seed, int Bits, string Storage, double Bf16_deviation, IReadOnlyList<FixtureTensor> Tensors, IReadOnlyList<FixturePrompt> Prompts);

    private sealed record FixtureTensor(string Name, IReadOnlyList<int> Shape, int? Exponent);
}

/// <summary>A prompt, the positions whose logits are known, and the greedy continuation.</summary>
internal sealed record FixturePrompt(int[] Tokens, int[] Positions, int[] Continuation);

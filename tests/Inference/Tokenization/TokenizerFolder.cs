using System.Text.Json.Nodes;
using Serverless.Inference.Tokenization;

namespace Serverless.Inference.Tests.Tokenization;

/// <summary>A model folder with a hand-made tokenizer.json, deleted at the end.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    /// <summary>A byte-level tokenizer of single bytes and "he", "ll", "hell", "hello"; JSON that a test may change.</summary>
    public static JsonObject ByteLevel()
    {
        string[] merges = ["h e", "l l", "he ll", "hell o"];
        string[] alphabet = [.. Enumerable.Range(0, 256).Select(b => CharOf(b).ToString())];
        string[] tokens = [.. alphabet, "he", "ll", "hell", "hello"];
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(Added(260, "<s>"), Added(261, "</s>")),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = true },
            ["post_processor"] = JsonNode.Parse("""
                {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                 "special_tokens": {"<s>": {"id": "<s>", "ids": [260], "tokens": ["<s>"]}}}
                """),
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = new JsonObject(tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
                ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]),
            },
        };
    }

    public TokenizerFolder(JsonNode tokenizer)
    {
        Directory.CreateDirectory(Path);
        File.WriteAllText(System.IO.Path.Combine(Path, "tokenizer.json"), tokenizer.ToJsonString());
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName());

    public Tokenizer Load() => Tokenizer.Load(Path);

    public TokenizerFolder With(string file, string content)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, file), content);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public static JsonObject Added(int id, string content, bool special = true) =>
        new() { ["id"] = id, ["content"] = content, ["special"] = special, ["normalized"] = false };

    private static char CharOf(int value)
    {
        int[] shifted = [.. Enumerable.Range(0, 256).Where(b => b is < '!' or (> '~' and < 0xA1) or 0xAD)];
        int index = Array.IndexOf(shifted, value);
        return (char)(index < 0 ? value : 256 + index);
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Serverless.Contracts.Specs;

namespace Serverless.Contracts.Tests;

public sealed class JobIdentityTests
{
    static readonly JobSpec Spec = new()
    {
        Model = new ModelSpec { Source = "m" },
        Input = new InputSpec { Items = [JsonSerializer.SerializeToElement("a")] },
        Preprocess = new PreprocessSpec { Prompt = "{{ row.item }}" },
        Output = new OutputSpec { Uri = "out" },
    };

    [Fact]
    public void What_decides_no_row_is_no_part_of_the_identity()
    {
        var other = Spec with
        {
            Id = "x", Name = "y", BatchSize = 9, MaxConcurrentBatches = 2, MaxAttempts = 1, OnRowError = OnRowError.Fail, MaxErrorRate = 0.5,
            Output = new OutputSpec { Uri = "elsewhere", Mode = OutputMode.Overwrite },
            Model = new ModelSpec { Source = "moved", EngineArgs = new EngineArgs { MaxNumSeqs = 3, EnablePrefixCaching = false } },
        };
        Fingerprint(other).ShouldBe(Fingerprint(Spec));
    }

    [Fact]
    public void What_decides_rows_is()
    {
        string[] fingerprints =
        [
            Fingerprint(Spec),
            Fingerprint(Spec with { Preprocess = new PreprocessSpec { Prompt = "{{ row.item }}!" } }),
            Fingerprint(Spec with { Postprocess = new PostprocessSpec { Columns = new Dictionary<string, string> { ["a"] = "b" } } }),
            Fingerprint(Spec with { Input = Spec.Input with { Limit = 1 } }),
            Fingerprint(Spec with { Input = new InputSpec { Items = [JsonSerializer.SerializeToElement("b")] } }),
            Fingerprint(Spec with { Output = Spec.Output with { KeepInput = false } }),
            Fingerprint(Spec with { Output = Spec.Output with { Include = [OutputColumn.Prompt] } }),
            Fingerprint(Spec with { Model = Spec.Model with { EngineArgs = new EngineArgs { Seed = 1 } } }),
            Fingerprint(Spec with { Model = Spec.Model with { EngineArgs = new EngineArgs { Quantization = "int8" } } }),
            Fingerprint(Spec with { Model = Spec.Model with { EngineArgs = new EngineArgs { BatchInvariant = true } } }),
        ];
        fingerprints.ShouldBeUnique();
    }

    [Fact]
    public void A_default_that_is_written_down_changes_nothing() =>
        JobIdentity.Of(Spec).ToJsonString().ShouldBe("""{"input":{"items":["a"]},"preprocess":{"prompt":"{{ row.item }}"}}""");

    [Fact]
    public void The_order_of_names_and_the_form_of_numbers_do_not_matter()
    {
        CanonicalJson.Write(JsonNode.Parse("""{"b": 1.0, "a": [1e0, 0.50, null], "c": null, "d": "ü/<"}""")).ShouldBe("""{"a":[1,0.5,null],"b":1,"d":"ü/<"}""");
    }

    [Fact]
    public void Canonical_text_is_its_own_canonical_text() => Prop.ForAll<string, double, long>((text, number, integer) =>
    {
        if (!double.IsFinite(number) || text is null || text.Any(char.IsSurrogate))
            return true;
        var written = CanonicalJson.Write(new JsonObject { [text] = number, ["i"] = integer, ["t"] = text });
        return CanonicalJson.Write(JsonNode.Parse(written)) == written;
    }).QuickCheckThrowOnFailure();

    static string Fingerprint(JobSpec spec) => CanonicalJson.Fingerprint(JobIdentity.Of(spec));
}

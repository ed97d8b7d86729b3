using System.Runtime.InteropServices;
using Serverless.Inference.Kernels;
using Serverless.Inference.Loading;

namespace Serverless.Inference.Tests.Loading;

public sealed class WeightsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_tensor_of_a_single_file_has_its_name_type_shape_and_numbers()
    {
        folder.With("model.safetensors", SafetensorsBytes.Raw(
            """{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[2,10]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}   """,
            [0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40]));
        using var weights = Weights.Open(folder.Path);

        weights.Names.Order().ShouldBe(["a", "b"]);
        var a = weights.Get("a", 2, 1);
        a.Name.ShouldBe("a");
        a.File.ShouldBe(folder.File("model.safetensors"));
        a.Type.ShouldBe(DType.Float32);
        a.Shape.ShouldBe([2, 1]);
        MemoryMarshal.Cast<byte, float>(a.Data.Span).ToArray().ShouldBe([2f, 3f]);
        weights.Get("b").Type.ShouldBe(DType.BFloat16);
        weights.Get("b").Data.ToArray().ShouldBe([0x80, 0x3F]);
        weights.TryGet("c", out _).ShouldBeFalse();
    }

    [Fact]
    public void Shards_are_found_through_the_index()
    {
        folder.With("model-00001-of-00002.safetensors", SafetensorsBytes.Vectors(("a", [1]), ("b", [2])))
            .With("model-00002-of-00002.safetensors", SafetensorsBytes.Vectors(("c", [3])))
            .With("model.safetensors.index.json", """
                {"metadata":{"total_size":12},"weight_map":{"a":"model-00001-of-00002.safetensors",
                 "b":"model-00001-of-00002.safetensors","c":"model-00002-of-00002.safetensors"}}
                """);
        using var weights = Weights.Open(folder.Path);

        weights.Names.Order().ShouldBe(["a", "b", "c"]);
        MemoryMarshal.Read<float>(weights.Get("c").Data.Span).ShouldBe(3);
        weights.Get("c").File.ShouldBe(folder.File("model-00002-of-00002.safetensors"));
    }

    [Fact]
    public void Tensors_read_after_the_weights_were_disposed_throw_instead_of_crashing()
    {
        folder.With("model.safetensors", SafetensorsBytes.Vectors(("a", [1])));
        var weights = Weights.Open(folder.Path);
        var a = weights.Get("a");
        weights.Dispose();
        Should.Throw<ObjectDisposedException>(() => a.Data.Span.Length);
    }

    [Fact]
    public void An_empty_tensor_is_a_tensor()
    {
        folder.With("model.safetensors", SafetensorsBytes.Raw("""{"a":{"dtype":"F16","shape":[0,4],"data_offsets":[0,0]}}"""));
        using var weights = Weights.Open(folder.Path);
        weights.Get("a").Shape.ShouldBe([0, 4]);
        weights.Get("a").Data.Length.ShouldBe(0);
    }

    [Fact]
    public void A_missing_tensor_is_named_with_its_nearest_neighbour()
    {
        folder.With("model.safetensors", SafetensorsBytes.Vectors(("model.norm.weight", [1]), ("lm_head.weight", [1])));
        using var weights = Weights.Open(folder.Path);
        Refused(() => weights.Get("model.norm.weights"), "no tensor model.norm.weights", "nearest name is model.norm.weight.");
    }

    [Fact]
    public void A_tensor_of_another_shape_than_the_configuration_asks_for_is_refused()
    {
        folder.With("model.safetensors", SafetensorsBytes.Vectors(("a", [1, 2, 3])));
        using var weights = Weights.Open(folder.Path);
        Refused(() => weights.Get("a", 3, 1), "model.safetensors", "tensor a", "[3, 1]", "[3]");
    }

    [Fact]
    public void A_type_without_kernels_is_refused_by_name_when_the_tensor_is_asked_for()
    {
        folder.With("model.safetensors", SafetensorsBytes.Raw("""{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", [1]));
        using var weights = Weights.Open(folder.Path);
        var error = Should.Throw<InferenceException>(() => weights.Get("a"));
        error.Code.ShouldBe(InferenceErrorCodes.ModelUnsupported);
        error.Message.ShouldContain("tensor a has dtype F8_E4M3; supported: F32, BF16, F16");
    }

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("pytorch_model-00001-of-00002.bin")]
    [InlineData("consolidated.00.pth")]
    [InlineData("model.pt")]
    public void Pickles_are_refused_with_how_to_convert_them(string name)
    {
        folder.With(name, "x");
        Refused(() => Weights.Open(folder.Path), name, "pickle", "save_pretrained");
    }

    [Fact]
    public void A_folder_without_weights_says_what_is_expected_and_what_it_holds()
    {
        folder.With("config.json", "{}");
        Refused(() => Weights.Open(folder.Path), "model.safetensors", "model.safetensors.index.json", "holds config.json");
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"gone.safetensors"}}""", "tensor a is in gone.safetensors, which is missing")]
    [InlineData("""{"weight_map":{"a":"here.safetensors","z":"here.safetensors"}}""", "here.safetensors holds tensor z, but it does not")]
    [InlineData("""{"weight_map":{"a":"../here.safetensors"}}""", "../here.safetensors")]
    [InlineData("""{"weight_map":{"a":"here.bin"}}""", "here.bin")]
    [InlineData("""{"weight_map":{"a":1}}""", "weight_map.a: expected a string, found 1")]
    [InlineData("""{"weight_map":{"a":"..\\here.safetensors"}}""", "expected the name of a .safetensors file beside it")]
    [InlineData("""{"weight_map":{"a":null}}""", "expected the name of a .safetensors file beside it")]
    [InlineData("""{"metadata":{}}""", "no weight_map")]
    [InlineData("""{"weight_map":{"a":"here.safetensors","a":"here.safetensors"}}""", "weight_map.a appears twice")]
    [InlineData("[]", "expected a JSON object, found []")]
    [InlineData("{", "not valid JSON")]
    public void A_wrong_index_is_refused(string index, string message)
    {
        folder.With("here.safetensors", SafetensorsBytes.Vectors(("a", [1]))).With("model.safetensors.index.json", index);
        Refused(() => Weights.Open(folder.Path), "model.safetensors.index.json", message);
    }

    private static void Refused(Action action, params string[] parts)
    {
        var error = Should.Throw<InferenceException>(action);
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        foreach (string part in parts) error.Message.ShouldContain(part);
    }
}

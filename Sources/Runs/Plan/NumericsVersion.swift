// The version of the arithmetic, a part of every recipe.

/// Counts the changes that alter the pictures of existing recipes.
package enum NumericsVersion {
    /// Raised by one whenever a change of the model, a kernel or a method changes the bytes of a picture.
    package static let current = 1
}
